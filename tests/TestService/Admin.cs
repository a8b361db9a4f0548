using System.Security.Claims;
using System.Text.Encodings.Web;
using Baton.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace TestService;

/// <summary>
/// The admin page and API, and below <c>Admin:</c> what an application may put around it: <c>Policy</c>, <c>Cors</c>, <c>Forwarded</c>, <c>PathBase</c>, <c>Group</c>.
/// </summary>
internal static class Admin
{
    internal static void AddAdmin(this WebApplicationBuilder builder)
    {
        if (Has(builder.Configuration, "Policy"))
        {
            builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, NameInHeader>("test", null);
            builder.Services.AddAuthorization();
        }

        builder.Services.AddCors();
        builder.Services.Configure<ForwardedHeadersOptions>(o =>
        {
            o.ForwardedHeaders = ForwardedHeaders.All;
            o.KnownProxies.Clear();
            o.KnownIPNetworks.Clear();
        });
    }

    internal static void MapAdmin(this WebApplication app)
    {
        if (Has(app.Configuration, "Forwarded"))
        {
            app.UseForwardedHeaders();
        }

        if (app.Configuration["Admin:PathBase"] is { } pathBase)
        {
            app.UsePathBase(pathBase);
            app.UseRouting();
        }

        if (Has(app.Configuration, "Cors"))
        {
            app.UseCors(policy => policy.AllowAnyMethod().AllowAnyHeader().AllowCredentials().SetIsOriginAllowed(_ => true));
        }

        IEndpointRouteBuilder routes = app.Configuration["Admin:Group"] is { } group ? app.MapGroup(group) : app;
        IEndpointConventionBuilder admin = routes.MapRestartAdmin();
        if (Has(app.Configuration, "Policy"))
        {
            admin.RequireAuthorization();
        }
    }

    private static bool Has(IConfiguration configuration, string name) => configuration.GetValue($"Admin:{name}", defaultValue: false);

    /// <summary>Believes whoever says a name.</summary>
    private sealed class NameInHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["X-User"].ToString() is { Length: > 0 } name
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test")), "test"))
            : AuthenticateResult.NoResult());
    }
}
