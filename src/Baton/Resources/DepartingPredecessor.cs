using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// A predecessor that passes nothing on: it may still have the addresses that this process binds, but not for long.
/// </summary>
/// <param name="waitGone">Waits until it has ended, at most as long as it is told; returns whether it has.</param>
/// <param name="limit">How long this process is patient, all its listeners together, from now on.</param>
internal sealed class DepartingPredecessor(Func<TimeSpan, bool> waitGone, TimeSpan limit)
{
    // It may close its listeners long before it ends, and nothing tells us when it does.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly WaitLimit _limit = WaitLimit.After(limit);

    /// <summary>Waits until it is worth another try.</summary>
    /// <returns>Whether it is worth yet another one if that fails too.</returns>
    internal bool WaitABit()
    {
        TimeSpan left = _limit.Left;
        return !waitGone(left < Interval ? left : Interval) && left > TimeSpan.Zero;
    }
}
