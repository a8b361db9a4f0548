using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore;

/// <summary>
/// The outermost middleware: counts requests in progress, and while the process drains lets each answer end its connection. The decision falls when the
/// headers of a response are written, so that there is no moment between looking and saying. Allocates nothing for a request.
/// </summary>
internal sealed class DrainStartupFilter(OpenConnections connections) : IStartupFilter
{
    private readonly Func<object, Task> _starting = context => connections.IsDraining ? ConnectionDrain.EndWithAsync((HttpContext)context) : Task.CompletedTask;
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

    private Task Observe(HttpContext context, RequestDelegate follow)
    {
        // Absent on other transports (TestServer, HTTP/3), which are not ours to drain.
        if (context.Features.Get<TrackedConnection>() is { } connection)
        {
            connection.RequestStarted(HttpProtocol.IsHttp2(context.Request.Protocol));
            context.Response.OnStarting(_starting, context);
            context.Response.OnCompleted(_completed, connection);
        }

        return follow(context);
    }
}
