using Baton.AspNetCore;
using Baton.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Baton.Tests.AspNetCore.Admin;

/// <summary>What is mapped, and where it can't be. None of these starts a restarter.</summary>
public class MapRestartAdminTests
{
    // Watched files are descriptors, and other tests count those of this process.
    private static readonly string[] s_off = ["--GracefulRestart:Enabled=false", "--hostBuilder:reloadConfigOnChange=false"];

    [Fact]
    public void Map_WithoutGracefulRestart_SaysWhatIsMissing()
    {
        WebApplication app = WebApplication.CreateBuilder(s_off).Build();
        Assert.Contains("builder.UseGracefulRestart()", Assert.Throws<InvalidOperationException>(() => app.MapRestartAdmin()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_TurnedOff_MapsEveryEndpointAndTakesConventionsForAll()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(s_off);
        builder.UseGracefulRestart();
        WebApplication app = builder.Build();
        app.MapGroup("/internal").MapRestartAdmin("/ops").RequireAuthorization("operators");

        RouteEndpoint[] endpoints = [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).Cast<RouteEndpoint>()];
        Assert.Equal(
            ["/internal/ops", "/internal/ops/admin.css", "/internal/ops/admin.js", "/internal/ops/admin.svg", "/internal/ops/confirm", "/internal/ops/events", "/internal/ops/force", "/internal/ops/reload", "/internal/ops/restart", "/internal/ops/rollback", "/internal/ops/shutdown", "/internal/ops/status"],
            endpoints.Select(e => e.RoutePattern.RawText!.TrimEnd('/')).Order());
        Assert.All(endpoints, e =>
        {
            Assert.Equal("operators", e.Metadata.GetRequiredMetadata<IAuthorizeData>().Policy);
            Assert.True(e.Metadata.GetRequiredMetadata<OutputCacheAttribute>().NoStore);
            Assert.NotNull(e.Metadata.GetMetadata<DisableRequestTimeoutAttribute>());
            Assert.True(e.Metadata.GetRequiredMetadata<Microsoft.AspNetCore.Routing.IExcludeFromDescriptionMetadata>().ExcludeFromDescription);
            string[] methods = [.. e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods];
            Assert.Equal(e.RoutePattern.RawText!.Split('/')[^1] is "restart" or "reload" or "shutdown" or "force" or "rollback" or "confirm" ? ["GET", "POST"] : ["GET"], methods);
        });
    }

    [Fact]
    public void Map_OfAHostThatDrainsNoKestrel_SaysWhatIsMissing()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(s_off);
        builder.Services.AddSingleton(new HostedRestartOptions());
        builder.Services.AddSingleton<Restarter>(_ => throw new InvalidOperationException("not needed"));
        WebApplication app = builder.Build();
        Assert.Throws<InvalidOperationException>(() => app.MapRestartAdmin());
    }
}
