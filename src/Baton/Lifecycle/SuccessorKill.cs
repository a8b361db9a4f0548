using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// Kills a successor that is given up. A crash dump may be finished first, within
/// <see cref="RestarterOptions.CrashDumpTimeout"/>. Lives on the control loop.
/// </summary>
/// <param name="successor">The successor.</param>
/// <param name="context">What it works with.</param>
/// <param name="killed">Called once, right after the kill.</param>
internal sealed class SuccessorKill(ISuccessor successor, LifecycleContext context, Action killed)
{
    /// <summary>The interval of checks for a dump.</summary>
    internal static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private LoopTimer? _timer;
    private long? _dumpSeen;
    private bool _over;

    /// <summary>Kills it after a time, unless it has ended by then; null for at once, even during a dump.</summary>
    internal void After(TimeSpan? limit)
    {
        if (limit is null)
        {
            Now();
        }
        else if (limit == TimeSpan.Zero)
        {
            // At once, not by a timer: this process may be about to end.
            Try();
        }
        else
        {
            _timer = context.Loop.Schedule(limit.Value, Try);
        }
    }

    /// <summary>It has ended.</summary>
    internal void Cancel()
    {
        _over = true;
        _timer?.Cancel();
    }

    /// <summary>Kills it in any case.</summary>
    internal void Now()
    {
        if (!_over)
        {
            Cancel();
            context.Try(successor.Kill);
            killed();
        }
    }

    private void Try()
    {
        if (_over)
        {
            return;
        }

        TimeSpan waited = _dumpSeen is { } since ? context.Since(since) : TimeSpan.Zero;
        if (waited >= context.Options.CrashDumpTimeout || successor.Dump is not { } dump)
        {
            Now();
            return;
        }

        if (_dumpSeen is null)
        {
            _dumpSeen = context.Now;
            context.Logger.CrashDumpAwaited(successor.Pid, dump, context.Options.CrashDumpTimeout);
        }

        _timer = context.Loop.Schedule(Look, Try);
    }
}
