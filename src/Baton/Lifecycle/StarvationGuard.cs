using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// .NET runs the handlers of SIGUSR2 and SIGHUP on the thread pool, behind all waiting work. If the pool makes no progress, a
/// restart would never be noticed. So threads are added until it moves, and removed then.
/// </summary>
internal sealed class StarvationGuard(ControlLoop loop, ILogger logger)
{
    // The runtime adds about two threads a second by itself. This is faster, but no burst for a busy pool.
    private const int Step = 8;
    private const int MaxAdded = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan IntervalWhileStuck = TimeSpan.FromMilliseconds(250);
    private long _completed;

    // The application's value while it is raised.
    private int? _minimum;

    internal void Begin() => loop.Schedule(Interval, Check);

    private void Check()
    {
        long completed = ThreadPool.CompletedWorkItemCount;
        long pending = ThreadPool.PendingWorkItemCount;
        bool stuck = pending > 0 && completed == _completed;
        _completed = completed;
        ThreadPool.GetMinThreads(out int workers, out int io);
        if (stuck)
        {
            if (_minimum is null)
            {
                logger.ThreadPoolStarved(Environment.ProcessId, pending);
            }

            _minimum ??= workers;

            // Counted from the existing threads: a minimum below them changes nothing. Fails beyond the pool's maximum.
            int wanted = Math.Max(workers, ThreadPool.ThreadCount) + Step;
            _ = ThreadPool.SetMinThreads(Math.Min(wanted, _minimum.Value + MaxAdded), io);
        }
        else if (_minimum is { } minimum)
        {
            _ = ThreadPool.SetMinThreads(minimum, io);
            _minimum = null;
        }

        loop.Schedule(stuck ? IntervalWhileStuck : Interval, Check);
    }
}
