namespace Baton.Lifecycle;

/// <summary>
/// The number of this process's term, and of that which it gives to its successor. It rises with each change of who serves: a
/// number is never lower than the milliseconds of unix time, nor than one that this process has seen. From any thread.
/// </summary>
internal sealed class TermNumbers(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _highest;
    private long _own;
    private bool _isGiven;

    /// <summary>The term of this process, or the last one that it had; 0 before the first.</summary>
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

    /// <summary>This process serves. It is the same term as long as no other process was told to serve.</summary>
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

    /// <summary>A successor is told to serve, with this number: this process may come back only with a higher one.</summary>
    internal long Give()
    {
        lock (_lock)
        {
            _isGiven = true;
            return Next();
        }
    }

    /// <summary>As a successor: the number that the predecessor gives; 0 if it is of an older version, which has none.</summary>
    internal void Receive(long number)
    {
        lock (_lock)
        {
            (_own, _isGiven) = (number > _highest ? number : 0, false);
            _highest = Math.Max(_highest, number);
        }
    }

    /// <summary>Another process has, or had, that number: a term of this one that begins from now on is higher.</summary>
    internal void See(long number)
    {
        lock (_lock)
        {
            _highest = Math.Max(_highest, number);
        }
    }

    /// <summary>This process serves, and another one has served with that number: takes a higher one if its own is not.</summary>
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
