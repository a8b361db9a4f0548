using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The end of a process, with or without a successor: open work finishes until the drain timeout, then it is cut, and what still runs after
/// the exit timeout ends with the process. Lives on the control loop.
/// </summary>
internal sealed class Departure(ILifecycleEffects effects, ControlLoop loop, RestarterOptions options, ILogger logger, Action finished)
{
    private readonly long _begun = options.TimeProvider.GetTimestamp();
    private bool _over;
    private bool _cut;

    internal void Begin()
    {
        loop.Schedule(options.DrainTimeout, () => DrainTimeoutPassed());
        _ = effects.DrainAsync().ContinueWith(
            drained => loop.Post(() => Drained(drained)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Cuts what is left, now.</summary>
    internal void Force(string trigger)
    {
        if (_cut)
        {
            return;
        }

        _cut = true;
        OpenWork cut = effects.Cut();
        logger.Forced(Environment.ProcessId, trigger, cut.Connections, cut.Requests);
        Finish();
        string reason = $"forced by {trigger}, and after {options.ExitTimeout.TotalSeconds:0.###} s more the application has still not ended";
        loop.Schedule(options.ExitTimeout, () => effects.EndProcess(Restarter.ForcedExitCode, reason));
    }

    // Also when the connections are long drained: the application may hang in its own shutdown, and old code must not stay.
    private void DrainTimeoutPassed() => Force($"the drain timeout of {options.DrainTimeout.TotalSeconds:0.###} s");

    private void Drained(Task drained)
    {
        if (drained.IsFaulted)
        {
            logger.DrainFailed(drained.Exception);
            return;
        }

        if (!_over)
        {
            logger.Drained(Environment.ProcessId, (long)options.TimeProvider.GetElapsedTime(_begun).TotalMilliseconds);
            Finish();
        }
    }

    private void Finish()
    {
        if (!_over)
        {
            _over = true;
            finished();
        }
    }
}
