namespace Baton.Lifecycle;

/// <summary>How often a successor on probation says that it is alive, and how often its predecessor looks.</summary>
internal static class Heartbeat
{
    /// <summary>
    /// The limit is counted in looks: after a pause of the whole predecessor there is one look, and no decision.
    /// </summary>
    internal const int Looks = 4;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// How often a successor gives a sign; zero for never. In a short probation more often, since it ends with a sign.
    /// </summary>
    internal static TimeSpan IntervalOf(RestarterOptions options)
    {
        if (options.Probation == TimeSpan.Zero || options.HeartbeatTimeout == Timeout.InfiniteTimeSpan)
        {
            return TimeSpan.Zero;
        }

        TimeSpan often = options.Probation / Looks > Shortest ? options.Probation / Looks : Shortest;
        return often < options.HeartbeatTimeout / Looks ? often : options.HeartbeatTimeout / Looks;
    }
}
