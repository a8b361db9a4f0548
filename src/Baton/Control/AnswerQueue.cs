namespace Baton.Control;

/// <summary>
/// What a client is still to be told. Anybody adds, and never waits; the connection's thread takes. Bounded: of status and drain reports the last one counts, and
/// a client that is far behind gets only the last detail of a phase. What would still be too much for one that does not read ends its connection.
/// </summary>
internal sealed class AnswerQueue
{
    internal const int MostLines = 1000;

    // Far more than a client that reads ever has before it.
    internal const int ManyLines = 100;

    private readonly object _lock = new();
    private readonly List<ControlAnswer> _lines = [];
    private bool _ended;
    private bool _overflowed;

    /// <summary>Whether the last line was added; what is added later is ignored.</summary>
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
        }
    }

    /// <summary>The next line; waits for it at most as long as said.</summary>
    internal ControlAnswer? Take(TimeSpan limit)
    {
        lock (_lock)
        {
            if (_lines.Count == 0 && limit > TimeSpan.Zero)
            {
                Monitor.Wait(_lock, limit);
            }

            if (_lines.Count == 0)
            {
                return null;
            }

            ControlAnswer next = _lines[0];
            _lines.RemoveAt(0);
            return next;
        }
    }

    private void MakeRoom(ControlAnswer answer)
    {
        if (answer is ControlAnswer.Status or ControlAnswer.Drain)
        {
            _lines.RemoveAll(queued => queued.GetType() == answer.GetType());
        }
        else if (answer is ControlAnswer.Phase phase && _lines.Count >= ManyLines && _lines[^1] is ControlAnswer.Phase last && last.Name == phase.Name)
        {
            _lines.RemoveAt(_lines.Count - 1);
        }
    }
}
