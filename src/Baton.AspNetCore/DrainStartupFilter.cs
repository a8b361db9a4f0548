using Baton.AspNetCore.Affinity;
using Baton.AspNetCore.LongLived;
using Baton.AspNetCore.WarmingUp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.AspNetCore;

/// <summary>
/// The outermost middleware. Counts requests in progress. While the process drains, each answer ends its connection. This is
/// decided when the headers are written, so that no request slips between the check and the header. Allocates nothing for a
/// request that is no upgrade, stream of events or gRPC call.
/// </summary>
internal sealed class DrainStartupFilter(
    OpenConnections connections, LongLivedRequests longLived, RequestAffinity affinity, ForwardedServer forwarded)
    : IStartupFilter
{
    // SignalR's, at the end of a hub's path.
    private const string Negotiation = "/negotiate";

    private readonly Func<object, Task> _starting = context => OnStarting((HttpContext)context, connections);
    private readonly Func<object, Task> _completed = static connection =>
    {
        ((TrackedConnection)connection).RequestEnded();
        return Task.CompletedTask;
    };

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(follow =>
        {
            RequestDelegate all = context => Observe(context, follow);
            forwarded.Pipeline = all;
            return all;
        });
        next(app);
    };

    private static Task OnStarting(HttpContext context, OpenConnections connections)
    {
        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            // Another protocol takes over the connection and closes it in its own way.
            context.Features.Get<TrackedConnection>()!.IsUpgraded = true;
            return Task.CompletedTask;
        }

        return connections.IsDraining && !connections.StaysOpen(context.Features.Get<TrackedConnection>()!)
            ? ConnectionDrain.EndWithAsync(context)
            : Task.CompletedTask;
    }

    private Task Observe(HttpContext context, RequestDelegate follow)
    {
        // Absent on other transports (TestServer, HTTP/3), which are not drained by us.
        if (context.Features.Get<TrackedConnection>() is not { } connection)
        {
            return follow(context);
        }

        connection.RequestStarted(HttpProtocol.IsHttp2(context.Request.Protocol), context.Request.Path.Value ?? "");
        connection.Movable?.RequestBegins(context.Request);
        context.Response.OnStarting(_starting, context);
        context.Response.OnCompleted(_completed, connection);
        if (connection is WarmUpConnection)
        {
            context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new(WarmUpFeature.MetricsTag, true));
        }

        return affinity.IsNeeded && affinity.FindElsewhere(context) is { } key
            ? ForwardAsync(context, key, follow)
            : Follow(context, connection, follow);
    }

    private async Task ForwardAsync(HttpContext context, AffinityKey key, RequestDelegate follow)
    {
        if (!await affinity.TryForwardAsync(context, key).ConfigureAwait(false))
        {
            await Follow(context, context.Features.Get<TrackedConnection>()!, follow).ConfigureAwait(false);
        }
    }

    private Task Follow(HttpContext context, TrackedConnection connection, RequestDelegate follow)
    {
        if (connections.Loose is { } loose && context.Request.Path.Value?.EndsWith(Negotiation, StringComparison.Ordinal) == true)
        {
            loose.Negotiate();
        }

        return UpgradeFeature.Of(context, longLived) is { } upgrade ? UpgradeAsync(context, upgrade, connection.IsPrivate, follow)
            : EventStreamRequest.Of(context, longLived) is { } events ? StreamAsync(context, events, follow)
            : GrpcCall.Of(context, longLived) is { } call ? CallAsync(context, call, follow)
            : follow(context);
    }

    // A WebSocket would only be closed again: the client is sent to the process that serves, unless that one has sent it here.
    // Other upgrades may be ignored, such as that to HTTP/2, which some clients offer with every request: these are answered.
    private async Task UpgradeAsync(HttpContext context, UpgradeFeature upgrade, bool isPrivate, RequestDelegate follow)
    {
        if (longLived.IsDraining && upgrade.IsWebSocket && !isPrivate)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "0";
            return;
        }

        try
        {
            await follow(context).ConfigureAwait(false);
        }
        finally
        {
            upgrade.End();
        }
    }

    private async Task StreamAsync(HttpContext context, EventStreamRequest events, RequestDelegate follow)
    {
        try
        {
            await follow(context).ConfigureAwait(false);
            await events.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            if (longLived.IsDraining && context.Features.Get<TrackedConnection>() is { IsHttp2: false } connection)
            {
                // Its headers did not say so, and the client is to come back over another connection.
                connection.AnnounceClose();
            }

            longLived.Remove(events);
            events.Dispose();
        }
    }

    private async Task CallAsync(HttpContext context, GrpcCall call, RequestDelegate follow)
    {
        try
        {
            await follow(context).ConfigureAwait(false);
        }
        finally
        {
            await call.EndHandlerAsync().ConfigureAwait(false);
            longLived.Remove(call);
            call.Dispose();
        }
    }
}
