using Baton;
using TestService;

namespace WorkService;

/// <summary>Does what this process is told to, as a bad release would.</summary>
internal sealed class Misbehaving(Behaviour behaviour, Restarter restarter) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (behaviour.Argument("wait-at") is { } latch)
        {
            await Latch.PassAsync(latch, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (behaviour.Argument("unhealthy-at") is { } latch)
        {
            await Latch.PassAsync(latch, stoppingToken);
            restarter.ReportUnhealthy("told to be unhealthy");
        }
    }
}
