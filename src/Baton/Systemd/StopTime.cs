using Baton.Lifecycle;

namespace Baton.Systemd;

/// <summary>
/// Time to stop: a drain may take longer than <c>TimeoutStopSec=</c>, and so may the application's own end. It is asked for, a
/// little at a time, as long as this process would take by its own limits. A process that has none asks for nothing: then
/// systemd's limit is the only one. Lives on the control loop.
/// </summary>
internal sealed class StopTime(LifecycleContext context, Action<TimeSpan> ask)
{
    // What is asked for in advance, and how often: a process that hangs is not waited for longer than this.
    private static readonly TimeSpan Advance = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The drain begins.</summary>
    internal void Begin()
    {
        RestarterOptions options = context.Options;
        TimeSpan ours = options.DrainTimeout == Timeout.InfiniteTimeSpan
            ? Timeout.InfiniteTimeSpan
            : LifecycleContext.Then(options.ShutdownIdleGrace, options.DrainTimeout);

        // The host's time has the drain in it.
        TimeSpan limit = LifecycleContext.Then(context.Application.Limit ?? ours, options.ExitTimeout);
        if (ours != Timeout.InfiniteTimeSpan && limit != Timeout.InfiniteTimeSpan)
        {
            Ask(limit);
        }
    }

    private void Ask(TimeSpan left)
    {
        if (left > TimeSpan.Zero)
        {
            ask(left < Advance ? left : Advance);
            context.Loop.Schedule(Interval, () => Ask(left - Interval));
        }
    }
}
