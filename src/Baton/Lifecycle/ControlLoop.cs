using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The one thread that owns the lifecycle: what is posted to it runs there in order, and so do its timers. A thread of its own,
/// not the pool, so that a service whose pool is stuck can still be restarted. Tests leave it unstarted and call <see
/// cref="RunDue"/>.
/// </summary>
internal sealed class ControlLoop(TimeProvider time, ILogger logger) : IDisposable
{
    private readonly BlockingCollection<Action> _posted = [];
    private readonly PriorityQueue<LoopTimer, long> _timers = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Puts right what a step that failed has left half done. Called on the loop, after the step.</summary>
    internal Action? StepFailed { get; set; }

    /// <summary>Completes when nothing runs on the loop any more: what somebody still waits for by then never comes.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Runs an action on the loop, soon; from any thread. Ignored once the loop has ended.</summary>
    internal void Post(Action action)
    {
        try
        {
            _posted.Add(action);
        }
        catch (InvalidOperationException)
        {
            // The loop has ended, and with it everything that the action could have changed.
        }
    }

    /// <summary>
    /// Runs an action on the loop after a delay, unless cancelled before; an infinite delay never ends. Call on the loop.
    /// </summary>
    internal LoopTimer Schedule(TimeSpan delay, Action action)
    {
        var timer = new LoopTimer(action);
        if (delay != Timeout.InfiniteTimeSpan)
        {
            // Saturates: the longest TimeSpan has more ticks of the clock than a long holds.
            long now = time.GetTimestamp();
            double ticks = delay.TotalSeconds * time.TimestampFrequency;
            _timers.Enqueue(timer, ticks < long.MaxValue - now ? now + (long)ticks : long.MaxValue);
        }

        return timer;
    }

    /// <summary>Starts the thread; <paramref name="begin"/> runs on it first.</summary>
    internal void Start(Action begin)
    {
        var thread = new Thread(() =>
        {
            begin();
            while (!_posted.IsCompleted)
            {
                RunDue();
                RunPosted(UntilNextTimer());
            }

            _ended.TrySetResult();
        })
        { IsBackground = true, Name = "baton-control" };

        // Without the context of whoever starts it: what is traced there has nothing to do with later restarts.
        thread.UnsafeStart();
    }

    /// <summary>Runs what is posted and due by now.</summary>
    internal void RunDue()
    {
        while (RunPosted(TimeSpan.Zero) || RunTimer())
        {
        }
    }

    public void Dispose() => _posted.CompleteAdding();

    private bool RunTimer()
    {
        if (!_timers.TryPeek(out LoopTimer? timer, out long due) || due > time.GetTimestamp())
        {
            return false;
        }

        _timers.Dequeue();
        Run(timer.Fire);
        return true;
    }

    private bool RunPosted(TimeSpan limit)
    {
        bool taken = _posted.TryTake(out Action? action, limit);
        if (taken)
        {
            Run(action!);
        }

        return taken;
    }

    private void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            // A defect of ours. The service is worth more than the restart: it goes on serving in the state it has.
            logger.LoopFailed(e);
            PutRight();
        }
    }

    private void PutRight()
    {
        try
        {
            StepFailed?.Invoke();
        }
        catch (Exception e)
        {
            // The loop must go on in any case: signals and the successor's end arrive here.
            logger.LoopFailed(e);
        }
    }

    private TimeSpan UntilNextTimer()
    {
        if (!_timers.TryPeek(out _, out long due))
        {
            return Timeout.InfiniteTimeSpan;
        }

        // Rounded up to what TryTake can wait for, or the loop would spin through the last millisecond.
        double milliseconds = Math.Ceiling(time.GetElapsedTime(time.GetTimestamp(), due).TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, int.MaxValue));
    }
}

/// <summary>An action that a <see cref="ControlLoop"/> runs later.</summary>
internal sealed class LoopTimer(Action action)
{
    private Action? _action = action;

    internal void Cancel() => _action = null;

    internal void Fire() => Interlocked.Exchange(ref _action, null)?.Invoke();
}
