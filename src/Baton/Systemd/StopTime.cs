using Baton.Lifecycle;

namespace Baton.Systemd;

/// <summary>
/// Asks systemd for more time to stop. A drain, or the application's own end, may take longer than <c>TimeoutStopSec=</c>. The
/// time is asked for in small parts, up to the process's own limits. A process without limits asks for nothing: systemd's limit
/// is the only one then. Lives on the control loop.
/// </summary>
internal sealed class StopTime(LifecycleContext context, Action<TimeSpan> ask)
{
    // The part that is asked for. A process that hangs is not waited for longer than this.
    private static readonly TimeSpan Advance = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The drain begins.</summary>
    internal void Begin()
    {
        RestarterOptions options = context.Options;
        TimeSpan ours = options.DrainTimeout == Timeout.InfiniteTimeSpan
            ? Timeout.InfiniteTimeSpan
            : LifecycleContext.Then(options.ShutdownIdleGrace, options.DrainTimeout);

        // The time of the host includes the drain.
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
