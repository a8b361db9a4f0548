namespace Baton.Interop;

/// <summary>The end of a wait of several steps; infinite for an infinite limit.</summary>
internal readonly struct WaitLimit
{
    private readonly long _ticks;

    private WaitLimit(long ticks) => _ticks = ticks;

    internal TimeSpan Left =>
        _ticks == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(Math.Max(0, _ticks - Environment.TickCount64));

    /// <summary>For poll(2), where -1 means forever.</summary>
    internal int MillisecondsLeft => _ticks == long.MaxValue ? -1 : (int)Math.Min(Left.TotalMilliseconds, int.MaxValue);

    internal static WaitLimit After(TimeSpan limit) =>
        new(
            limit == Timeout.InfiniteTimeSpan
                ? long.MaxValue
                : Environment.TickCount64 + (long)Math.Ceiling(limit.TotalMilliseconds));
}
