using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The one thread that owns the lifecycle. Posted actions and timers run on it in order. It is no pool thread, so that a service
/// with a stuck pool can still be restarted. Tests do not start it and call <see cref="RunDue"/>.
/// </summary>
internal sealed class ControlLoop(TimeProvider time, ILogger logger) : IDisposable
{
    // Longer than a busy machine delays a thread, shorter than any limit that people set.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<Action> _posted = [];
    private readonly PriorityQueue<LoopTimer, long> _timers = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Repairs what a failed step left half done. Called on the loop after the step.</summary>
    internal Action? StepFailed { get; set; }

    /// <summary>Completes when the loop has ended. Nothing that waits then will come.</summary>
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
            // The loop has ended, so the action could change nothing.
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
            _timers.Enqueue(timer, Later(time.GetTimestamp(), delay));
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
                TimeSpan limit = UntilNextTimer();
                long asleep = time.GetTimestamp();
                bool taken = _posted.TryTake(out Action? action, limit);
                Awake(limit, time.GetElapsedTime(asleep));
                if (taken)
                {
                    Run(action!);
                }
            }

            _ended.TrySetResult();
        })
        { IsBackground = true, Name = "baton-control" };

        // Without the execution context of its starter: a trace there has nothing to do with later restarts.
        thread.UnsafeStart();
    }

    /// <summary>Runs everything that is posted and due.</summary>
    internal void RunDue()
    {
        while (RunPosted(TimeSpan.Zero) || RunTimer())
        {
        }
    }

    /// <summary>
    /// Called after each wait of the loop. If the wait was much longer than planned, the process or the machine was stopped. No
    /// limit ran meanwhile, so every timer gets that time: a process that was stopped for longer than the drain timeout cuts no
    /// request when it goes on.
    /// </summary>
    /// <param name="wanted">The longest planned wait; infinite for none.</param>
    /// <param name="waited">The actual wait.</param>
    internal void Awake(TimeSpan wanted, TimeSpan waited)
    {
        if (wanted == Timeout.InfiniteTimeSpan || waited - wanted < ShortestPause)
        {
            return;
        }

        (LoopTimer Timer, long Due)[] timers = [.. _timers.UnorderedItems];
        _timers.Clear();
        foreach ((LoopTimer timer, long due) in timers)
        {
            _timers.Enqueue(timer, Later(due, waited - wanted));
        }
    }

    public void Dispose() => _posted.CompleteAdding();

    // Saturates: the longest TimeSpan has more clock ticks than a long can hold.
    private long Later(long from, TimeSpan delay)
    {
        double ticks = delay.TotalSeconds * time.TimestampFrequency;
        return ticks < long.MaxValue - from ? from + (long)ticks : long.MaxValue;
    }

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
            // A defect of ours. The service goes on in its state; only the restart is lost.
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
            // The loop must go on: signals and the successor's end arrive here.
            logger.LoopFailed(e);
        }
    }

    private TimeSpan UntilNextTimer()
    {
        if (!_timers.TryPeek(out _, out long due))
        {
            return Timeout.InfiniteTimeSpan;
        }

        // Rounded up to whole milliseconds for TryTake. Otherwise the loop would spin through the last one.
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
