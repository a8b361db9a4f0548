namespace Baton.Control;

/// <summary>
/// The lines that a client has not read yet. Any thread adds without waiting; one reader takes. Bounded: a newer status or drain
/// report replaces the last one, and a slow client gets only the last detail of a phase. A client that still falls too far behind
/// is disconnected.
/// </summary>
internal sealed class AnswerQueue
{
    internal const int MostLines = 1000;

    // Far more lines than a client that reads ever leaves waiting.
    internal const int ManyLines = 100;

    private readonly object _lock = new();
    private readonly List<ControlAnswer> _lines = [];
    private bool _ended;
    private bool _overflowed;

    // The waiter without a thread.
    private TaskCompletionSource? _added;

    /// <summary>Whether the last line was added. Later lines are ignored.</summary>
    internal bool HasEnd
    {
        get
        {
            lock (_lock)
            {
                return _ended;
            }
        }
    }

    /// <summary>Whether lines were lost.</summary>
    internal bool Overflowed
    {
        get
        {
            lock (_lock)
            {
                return _overflowed;
            }
        }
    }

    internal void Add(ControlAnswer answer)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = answer is ControlAnswer.End;
            MakeRoom(answer);
            if (_lines.Count < MostLines)
            {
                _lines.Add(answer);
            }
            else
            {
                _overflowed = true;
            }

            Monitor.Pulse(_lock);
            _added?.TrySetResult();
            _added = null;
        }
    }

    /// <summary>The next line. Waits for it within the limit.</summary>
    internal ControlAnswer? Take(TimeSpan limit)
    {
        lock (_lock)
        {
            if (_lines.Count == 0 && limit > TimeSpan.Zero)
            {
                Monitor.Wait(_lock, limit);
            }

            return TakeFirst();
        }
    }

    /// <summary>The same, without blocking a thread.</summary>
    internal async ValueTask<ControlAnswer?> TakeAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        Task added;
        lock (_lock)
        {
            if (_lines.Count > 0)
            {
                return TakeFirst();
            }

            _added ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            added = _added.Task;
        }

        // The limit is no failure: the caller gets null.
        await added.WaitAsync(limit, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return Take(TimeSpan.Zero);
    }

    private ControlAnswer? TakeFirst()
    {
        if (_lines.Count == 0)
        {
            return null;
        }

        ControlAnswer next = _lines[0];
        _lines.RemoveAt(0);
        return next;
    }

    private void MakeRoom(ControlAnswer answer)
    {
        if (answer is ControlAnswer.Status or ControlAnswer.Drain)
        {
            _lines.RemoveAll(queued => queued.GetType() == answer.GetType());
        }
        else if (answer is ControlAnswer.Phase phase
            && _lines.Count >= ManyLines
            && _lines[^1] is ControlAnswer.Phase last
            && last.Name == phase.Name)
        {
            _lines.RemoveAt(_lines.Count - 1);
        }
    }
}
