namespace Baton.Hosting;

/// <summary>Runs the phases one after another within the ready timeout, and reports the progress.</summary>
internal sealed class ReadinessGate(
    IEnumerable<IReadinessPhase> phases, TimeSpan readyTimeout, Action<PhaseName, string?> reportProgress)
{
    // There is no longer timer. Longer means forever.
    private const int LongestTimerDays = 49;

    /// <exception cref="RestartException">The timeout passed; the message has the last detail.</exception>
    internal async Task PassAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (readyTimeout.TotalDays < LongestTimerDays)
        {
            limit.CancelAfter(readyTimeout);
        }

        foreach (IReadinessPhase phase in phases.Where(p => p.HasWork))
        {
            string? last = null;
            reportProgress(phase.Name, null);
            try
            {
                await phase.RunAsync(detail => reportProgress(phase.Name, last = detail), limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                string state = last is null ? phase.Name.Text : $"{phase.Name.Text}: {last}";
                throw new RestartException(
                    RestartFailure.ReadyTimedOut,
                    $"Process {Environment.ProcessId} was not ready within {readyTimeout.TotalSeconds:0.###} s ({state}). "
                    + "It has accepted nothing, and does not start.",
                    e);
            }
        }
    }
}
