using Baton.AspNetCore.Admin;
using Baton.Control;
using Baton.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Baton.AspNetCore;

/// <summary>The admin page and API.</summary>
public static class RestartAdminEndpointExtensions
{
    private static readonly string[] s_get = [HttpMethods.Get];
    private static readonly string[] s_getAndPost = [HttpMethods.Get, HttpMethods.Post];

    private static readonly (string Name, ControlCommand Command)[] s_operations =
    [
        ("restart", ControlCommand.Restart), ("reload", ControlCommand.Restart), ("shutdown", ControlCommand.Shutdown),
        ("force", ControlCommand.Force), ("rollback", ControlCommand.RollBack), ("confirm", ControlCommand.Confirm),
    ];

    /// <summary>
    /// Maps a page that shows this service and restarts it, and the API behind it: <c>GET status</c>, <c>GET events</c>
    /// (server-sent events), <c>POST</c> or <c>GET</c> on <c>restart</c>, <c>reload</c>, <c>rollback</c>, <c>confirm</c>,
    /// <c>shutdown</c> and <c>force</c>, all below the pattern. They can be used from this machine only, unless
    /// <c>RequireAuthorization(...)</c> is called on what is returned, or <see cref="RestartAdminOptions.AllowRemote"/> is
    /// set. A restart or shutdown does not wait for requests to them. Where graceful restart is turned off they answer 404.
    /// </summary>
    /// <param name="endpoints">The application, or a group of its routes.</param>
    /// <param name="pattern">The route of the page.</param>
    /// <returns>Takes conventions for all of these endpoints.</returns>
    /// <exception cref="InvalidOperationException">The application does not use graceful restart.</exception>
    public static IEndpointConventionBuilder MapRestartAdmin(
        this IEndpointRouteBuilder endpoints, string pattern = "/debug/admin")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        RestartAdmin? admin = endpoints.ServiceProvider.GetService<RestartAdmin>();
        if (admin is null && !IsTurnedOff(endpoints.ServiceProvider))
        {
            throw new InvalidOperationException(
                "MapRestartAdmin() needs graceful restart: call builder.UseGracefulRestart() first.");
        }

        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        Map(group, "", s_get, admin, acts: false, (a, context) => a.ShowPageAsync(context));
        Map(group, "status", s_get, admin, acts: false, (a, context) => a.ShowStatusAsync(context));
        Map(group, "events", s_get, admin, acts: false, (a, context) => a.StreamEventsAsync(context));
        foreach (AdminAsset asset in AdminAsset.All)
        {
            Map(group, asset.Name, s_get, admin, acts: false, (_, context) => RestartAdmin.ShowAssetAsync(context, asset));
        }

        foreach ((string name, ControlCommand command) in s_operations)
        {
            Map(group, name, s_getAndPost, admin, acts: true, (a, context) => a.OperateAsync(context, command, name));
        }

        // Nothing of the application may answer in their place or cut them short.
        return group.ExcludeFromDescription().WithMetadata(new OutputCacheAttribute { NoStore = true }).DisableRequestTimeout();
    }

    private static void Map(
        RouteGroupBuilder group,
        string path,
        string[] methods,
        RestartAdmin? admin,
        bool acts,
        Func<RestartAdmin, HttpContext, Task> answer)
    {
        RequestDelegate handler = admin is null
            ? AdminGate.SayTurnedOffAsync
            : new AdminGate(admin, acts, path.Length == 0 ? "page" : path, context => answer(admin, context)).HandleAsync;
        group.MapMethods(path, methods, handler).WithDisplayName($"Restart admin {path}");
    }

    // The container knows the restarter then, but has nothing that works with it.
    private static bool IsTurnedOff(IServiceProvider services) =>
        services.GetService<IServiceProviderIsService>()?.IsService(typeof(Restarter)) == true
            && services.GetService<HostedRestartOptions>() is null;
}
