using Baton.Interop;

namespace Baton.Resources;

/// <summary>The predecessor of a process that starts. It serves on, and may bind new addresses of its configuration.</summary>
/// <param name="pid">Its pid.</param>
/// <param name="limit">The time to wait for an address that it has bound and not passed on yet.</param>
internal sealed class LivingPredecessor(Func<int> pid, TimeSpan limit)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly Lazy<WaitLimit> _limit = new(() => WaitLimit.After(limit));

    internal int Pid => pid();

    /// <summary>Waits until another try makes sense.</summary>
    /// <returns>False when the time is over: for all addresses together, from the first wait on.</returns>
    internal bool WaitABit()
    {
        bool left = _limit.Value.Left > TimeSpan.Zero;
        new ManualResetEventSlim().Wait(left ? Interval : TimeSpan.Zero);
        return left;
    }
}
