using Baton.Interop;

namespace Baton;

/// <summary>
/// Writes log lines in order on its own thread. A logger is code of the application: it may throw or block, which loses lines and
/// nothing else. Adding never waits. The thread ends when it is idle, and starts again with the next line.
/// </summary>
/// <param name="most">The limit of waiting lines. Further lines are lost and counted.</param>
/// <param name="failed">Called for an exception of the logger, on the thread.</param>
/// <param name="lost">Called with the number of lost lines, on the thread, before the next line.</param>
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

    /// <summary>Keeps lines until <see cref="Release"/>.</summary>
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
    /// Waits until all lines so far are written, within the limit. Not while lines are kept, and not on the writing thread.
    /// </summary>
    /// <returns>Whether they are written.</returns>
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

    /// <summary>Calls back when all lines so far are written; at once if none waits, or lines are kept.</summary>
    internal void WhenWritten(Action written)
    {
        lock (_lock)
        {
            if (!_held && (_writing || _waiting.Count > 0))
            {
                // Not subject to the limit: it is no line.
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

            // Without the execution context of the first caller.
            _thread.UnsafeStart();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No thread is available now. The next line tries again.
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
