namespace Baton.Lifecycle;

/// <summary>The interval of signs of life of a successor on probation, and of the predecessor's checks.</summary>
internal static class Heartbeat
{
    /// <summary>
    /// The limit is counted in checks: a pause of the whole predecessor is only one check, and decides nothing.
    /// </summary>
    internal const int Looks = 4;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(25);

    // With each sign come the figures by which the successor is judged.
    private static readonly TimeSpan Judged = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The interval of a successor's signs of life; zero for none. Shorter in a short probation, which ends with a sign.
    /// </summary>
    internal static TimeSpan IntervalOf(RestarterOptions options, TimeSpan probation)
    {
        if (probation == TimeSpan.Zero || options.HeartbeatTimeout == Timeout.InfiniteTimeSpan)
        {
            return TimeSpan.Zero;
        }

        TimeSpan often = probation / Looks > Shortest ? probation / Looks : Shortest;
        TimeSpan interval = often < options.HeartbeatTimeout / Looks ? often : options.HeartbeatTimeout / Looks;
        return options.Judge.Enabled && interval > Judged ? Judged : interval;
    }
}
