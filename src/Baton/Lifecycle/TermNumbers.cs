namespace Baton.Lifecycle;

/// <summary>
/// The numbers of this process's term and of its successor's. They rise with each change of the process that serves. A number is
/// never lower than the milliseconds of unix time, nor than any number that this process has seen. From any thread.
/// </summary>
internal sealed class TermNumbers(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _highest;
    private long _own;
    private bool _isGiven;

    /// <summary>The number of this process's current or last term; 0 before the first.</summary>
    internal long Own
    {
        get
        {
            lock (_lock)
            {
                return _own;
            }
        }
    }

    /// <summary>This process serves. Its term continues if no other process was told to serve.</summary>
    internal long Begin()
    {
        lock (_lock)
        {
            if (_own == 0 || _isGiven)
            {
                (_own, _isGiven) = (Next(), false);
            }

            return _own;
        }
    }

    /// <summary>A successor is told to serve with this number. This process may come back only with a higher one.</summary>
    internal long Give()
    {
        lock (_lock)
        {
            _isGiven = true;
            return Next();
        }
    }

    /// <summary>In a successor: the number from the predecessor; 0 from an older version, which has none.</summary>
    internal void Receive(long number)
    {
        lock (_lock)
        {
            (_own, _isGiven) = (number > _highest ? number : 0, false);
            _highest = Math.Max(_highest, number);
        }
    }

    /// <summary>Another process has, or had, that number: later terms of this process get a higher one.</summary>
    internal void See(long number)
    {
        lock (_lock)
        {
            _highest = Math.Max(_highest, number);
        }
    }

    /// <summary>
    /// This process serves, and another one has served with that number: raises the own number if it is not higher.
    /// </summary>
    internal long RiseAbove(long number)
    {
        lock (_lock)
        {
            _highest = Math.Max(_highest, number);
            if (_own <= number)
            {
                _own = Next();
            }

            return _own;
        }
    }

    private long Next() => _highest = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), _highest + 1);
}
