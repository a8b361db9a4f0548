using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Baton.Hosting;

/// <summary>
/// Polls the health checks while this process is on probation, and reports once if one is unhealthy. Degraded is healthy enough
/// here: it only keeps a process from becoming ready.
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
