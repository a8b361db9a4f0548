using System.Net;
using Baton;

namespace TestService;

/// <summary>Work in the background that fails when the process is told so; with <c>--MetricsPort</c> it listens there, beside Kestrel, as a listener of metrics does.</summary>
internal sealed class FaultingWork(Behaviour behaviour, IConfiguration configuration) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (behaviour.Has("fault-in-background"))
        {
            throw new InvalidOperationException("told to fault in the background");
        }

        if (behaviour.Has("fault-when-serving"))
        {
            await Serving.BeginsAsync(stoppingToken);
            throw new InvalidOperationException("told to fault when serving");
        }

        if (configuration["MetricsPort"] is { } port)
        {
            using var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            listener.Start();
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
    }
}
