using Baton.Interop;

namespace Baton.Resources;

/// <summary>The predecessor of a process that starts: it serves on, and may bind what its configuration says by now.</summary>
/// <param name="pid">Its process.</param>
/// <param name="limit">How long an address is waited for that it has bound and has not passed on yet.</param>
internal sealed class LivingPredecessor(int pid, TimeSpan limit)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly Lazy<WaitLimit> _limit = new(() => WaitLimit.After(limit));

    internal int Pid => pid;

    /// <summary>Waits until it is worth another try.</summary>
    /// <returns>False when the time is over: all addresses together, from the first wait on.</returns>
    internal bool WaitABit()
    {
        bool left = _limit.Value.Left > TimeSpan.Zero;
        new ManualResetEventSlim().Wait(left ? Interval : TimeSpan.Zero);
        return left;
    }
}
