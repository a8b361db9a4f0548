using Baton.Interop;

namespace Baton;

/// <summary>
/// Writes log lines on a thread of its own, in order: a logger is the application's code and may throw or block, which costs
/// lines and nothing else. Adding never waits. The thread ends when it has been idle for a while, and comes back with the next
/// line.
/// </summary>
/// <param name="most">How many lines may wait; those that come when so many wait are lost, and counted.</param>
/// <param name="failed">Told of an exception of the logger, on the thread.</param>
/// <param name="lost">Told how many lines were lost, on the thread, before the next one is written.</param>
internal sealed class LogQueue(int most, Action<Exception> failed, Action<int> lost)
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly object _lock = new();
    private readonly Queue<Action> _waiting = new();
    private Thread? _thread;
    private bool _held;
    private bool _writing;
    private int _lost;
    private long _added;
    private long _done;

    /// <summary>Keeps lines instead of writing them; <see cref="Release"/> ends that.</summary>
    internal void Hold()
    {
        lock (_lock)
        {
            _held = true;
        }
    }

    internal void Release()
    {
        lock (_lock)
        {
            _held = false;
            Wake();
        }
    }

    internal void Add(Action write)
    {
        lock (_lock)
        {
            if (_waiting.Count >= most)
            {
                _lost++;
                return;
            }

            _waiting.Enqueue(write);
            _added++;
            Wake();
        }
    }

    /// <summary>
    /// Waits until what was added before is written, at most for the limit. Not while lines are held, and not on the thread that
    /// writes.
    /// </summary>
    /// <returns>Whether it is written.</returns>
    internal bool Flush(TimeSpan limit)
    {
        WaitLimit deadline = WaitLimit.After(limit);
        lock (_lock)
        {
            long wanted = _added;
            while (_done < wanted && !_held && Thread.CurrentThread != _thread && deadline.Left > TimeSpan.Zero)
            {
                Wake();
                Monitor.Wait(_lock, deadline.Left);
            }

            return _done >= wanted;
        }
    }

    /// <summary>Calls back when what was added before is written; at once if nothing waits, or lines are held.</summary>
    internal void WhenWritten(Action written)
    {
        lock (_lock)
        {
            if (!_held && (_writing || _waiting.Count > 0))
            {
                // Also beyond the limit: it is no line.
                _waiting.Enqueue(written);
                _added++;
                return;
            }
        }

        written();
    }

    // Under the lock.
    private void Wake()
    {
        if (_held || _waiting.Count == 0)
        {
            return;
        }

        if (_thread is not null)
        {
            Monitor.PulseAll(_lock);
            return;
        }

        try
        {
            _thread = new Thread(Run) { IsBackground = true, Name = "baton-log" };

            // Without the context of whoever happens to log first.
            _thread.UnsafeStart();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No thread can be had at the moment. The lines wait for the next one that is added.
            _thread = null;
        }
    }

    private void Run()
    {
        while (Next(out int missing) is { } write)
        {
            try
            {
                if (missing > 0)
                {
                    lost(missing);
                }

                write();
            }
            catch (Exception e)
            {
                // The application's logger has a defect. The service does not depend on its log.
                failed(e);
            }
        }
    }

    private Action? Next(out int missing)
    {
        lock (_lock)
        {
            if (_writing)
            {
                _writing = false;
                _done++;
                Monitor.PulseAll(_lock);
            }

            WaitLimit idle = WaitLimit.After(Linger);
            while (_held || _waiting.Count == 0)
            {
                if (idle.Left == TimeSpan.Zero)
                {
                    _thread = null;
                    missing = 0;
                    return null;
                }

                Monitor.Wait(_lock, idle.Left);
            }

            (missing, _lost) = (_lost, 0);
            _writing = true;
            return _waiting.Dequeue();
        }
    }
}
