using Baton.AspNetCore.WarmingUp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.AspNetCore;

/// <summary>
/// The outermost middleware: counts requests in progress, and while the process drains lets each answer end its connection. The decision falls when the
/// headers of a response are written, so that there is no moment between looking and saying. Allocates nothing for a request.
/// </summary>
internal sealed class DrainStartupFilter(OpenConnections connections) : IStartupFilter
{
    private readonly Func<object, Task> _starting = context => OnStarting((HttpContext)context, connections);
    private readonly Func<object, Task> _completed = static connection =>
    {
        ((TrackedConnection)connection).RequestEnded();
        return Task.CompletedTask;
    };

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(follow => context => Observe(context, follow));
        next(app);
    };

    private static Task OnStarting(HttpContext context, OpenConnections connections)
    {
        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            // Another protocol takes the connection, and it has its own goodbye.
            context.Features.Get<TrackedConnection>()!.IsUpgraded = true;
            return Task.CompletedTask;
        }

        return connections.IsDraining ? ConnectionDrain.EndWithAsync(context) : Task.CompletedTask;
    }

    private Task Observe(HttpContext context, RequestDelegate follow)
    {
        // Absent on other transports (TestServer, HTTP/3), which are not ours to drain.
        if (context.Features.Get<TrackedConnection>() is { } connection)
        {
            connection.RequestStarted(HttpProtocol.IsHttp2(context.Request.Protocol), context.Request.Path.Value ?? "");
            context.Response.OnStarting(_starting, context);
            context.Response.OnCompleted(_completed, connection);
            if (connection is WarmUpConnection)
            {
                context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new(WarmUpFeature.MetricsTag, true));
            }
        }

        return follow(context);
    }
}
