using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// A predecessor that passes nothing on. It may still have the addresses that this process binds, but not for long.
/// </summary>
/// <param name="waitGone">Waits for its end within a limit; returns whether it has ended.</param>
/// <param name="limit">The time to wait from now on, for all listeners together.</param>
internal sealed class DepartingPredecessor(Func<TimeSpan, bool> waitGone, TimeSpan limit)
{
    // It may close its listeners long before it ends, and no event tells that.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly WaitLimit _limit = WaitLimit.After(limit);

    /// <summary>Waits until another try makes sense.</summary>
    /// <returns>Whether yet another try makes sense if that fails.</returns>
    internal bool WaitABit()
    {
        TimeSpan left = _limit.Left;
        return !waitGone(left < Interval ? left : Interval) && left > TimeSpan.Zero;
    }
}
