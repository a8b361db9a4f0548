using Baton.Lifecycle;

namespace Baton.Systemd;

/// <summary>
/// Time to stop: a drain may take longer than <c>TimeoutStopSec=</c>, so it is asked for, a little at a time, as long as this process would drain by its own
/// limits. A process that has none asks for nothing: then systemd's limit is the only one. Lives on the control loop.
/// </summary>
internal sealed class StopTime(RestarterOptions options, ControlLoop loop, Action<TimeSpan> ask)
{
    // What is asked for in advance, and how often: a process that hangs is not waited for longer than this.
    private static readonly TimeSpan Advance = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The drain begins.</summary>
    internal void Begin()
    {
        TimeSpan limit = LifecycleContext.Then(options.DrainTimeout, options.ExitTimeout);
        if (options.DrainTimeout != Timeout.InfiniteTimeSpan && limit != Timeout.InfiniteTimeSpan)
        {
            Ask(limit);
        }
    }

    private void Ask(TimeSpan left)
    {
        if (left > TimeSpan.Zero)
        {
            ask(left < Advance ? left : Advance);
            loop.Schedule(Interval, () => Ask(left - Interval));
        }
    }
}
