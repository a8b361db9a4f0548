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
    // Longer than a busy machine keeps a thread from running, shorter than what people mean by a limit.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);

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

        // Without the context of its starter: what is traced there has nothing to do with later restarts.
        thread.UnsafeStart();
    }

    /// <summary>Runs what is posted and due by now.</summary>
    internal void RunDue()
    {
        while (RunPosted(TimeSpan.Zero) || RunTimer())
        {
        }
    }

    /// <summary>
    /// The loop has waited for a while. Where it was much longer than it wanted, the process was stopped, or the machine was: no
    /// limit ran meanwhile, so every timer gets that time. Who is stopped for longer than the drain timeout cuts no request when
    /// it goes on.
    /// </summary>
    /// <param name="wanted">How long it wanted to wait at most; infinite for as long as it takes.</param>
    /// <param name="waited">How long it was.</param>
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

    // Saturates: the longest TimeSpan has more ticks of the clock than a long holds.
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
