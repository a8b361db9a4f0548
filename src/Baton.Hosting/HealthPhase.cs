using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Baton.Hosting;

/// <summary>Polls the health checks until all are healthy.</summary>
internal sealed class HealthPhase(HealthPoll poll, HostedRestartOptions options, ILoggerFactory loggerFactory) : IReadinessPhase
{
    private readonly ILogger _logger = loggerFactory.CreateLogger(Log.Category);

    public PhaseName Name => PhaseName.Health;

    public bool HasWork => poll.HasChecks;

    public async Task RunAsync(Action<string> report, CancellationToken cancel)
    {
        string? said = null;
        while (true)
        {
            HealthOutcome outcome = await poll.AskAsync(cancel).ConfigureAwait(false);
            if (outcome.Status == HealthStatus.Healthy)
            {
                return;
            }

            if (outcome.Text != said)
            {
                said = outcome.Text;
                report(said);
                _logger.NotHealthyYet(said);
            }

            await Task.Delay(options.HealthPollInterval, cancel).ConfigureAwait(false);
        }
    }
}
