using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Baton.Hosting;

/// <summary>
/// Polls the health checks while this process is on probation, and says so once if one is unhealthy. Degraded serves: that
/// decides about a process that is about to begin, not about one that has.
/// </summary>
internal sealed class ProbationWatch(HealthPoll poll, TimeSpan interval, Task probationEnded, Action<string> reportUnhealthy)
{
    internal async Task RunAsync(CancellationToken cancel)
    {
        while (poll.HasChecks && !probationEnded.IsCompleted)
        {
            HealthOutcome outcome = await poll.AskAsync(cancel).ConfigureAwait(false);
            if (outcome.Status == HealthStatus.Unhealthy)
            {
                reportUnhealthy($"health: {outcome.Text}");
                return;
            }

            await Task.WhenAny(probationEnded, Task.Delay(interval, cancel)).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
        }
    }
}
