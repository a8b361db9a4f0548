namespace Baton.Lifecycle;

/// <summary>The time for the application to end, counted from when it is told to. From any thread.</summary>
internal sealed class ApplicationTime
{
    private long _ticks;

    /// <summary>Null if no host has set it.</summary>
    internal TimeSpan? Limit => Interlocked.Read(ref _ticks) switch
    {
        0 => null,
        long.MaxValue => Timeout.InfiniteTimeSpan,
        long ticks => TimeSpan.FromTicks(ticks),
    };

    /// <summary>A host sets the time of its stop. The longest of several counts.</summary>
    internal void Allow(TimeSpan time)
    {
        long ticks = time == Timeout.InfiniteTimeSpan ? long.MaxValue : Math.Max(time.Ticks, 1);
        long before = Interlocked.Read(ref _ticks);
        while (ticks > before)
        {
            long found = Interlocked.CompareExchange(ref _ticks, ticks, before);
            if (found == before)
            {
                return;
            }

            before = found;
        }
    }
}
