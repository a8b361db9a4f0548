using Baton.Configuration;

namespace Baton;

/// <summary>
/// Whether and how a successor on probation is judged by what its clients get, beside its health and its signs of life. This
/// process compares the successor's requests with those that it answered itself before, and serves again where they fail more
/// often or take longer. Both processes must have it on. ASP.NET Core only: it counts by the framework's own metric
/// <c>http.server.request.duration</c>.
/// </summary>
public sealed class ProbationJudgeOptions
{
    private const int MostRequests = 1_000_000;
    private const double LargestFactor = 1000;

    private static readonly DurationRange s_baselines =
        new(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), OrInfinite: false, "10 seconds to 1 hour");

    /// <summary>Whether successors are judged. Default false: nothing is counted.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// How many requests each of the two processes must have answered before anything is decided; also how many an endpoint must
    /// have had in both to be judged by itself. With less the probation passes, and says that it is not judged. Default 50;
    /// 10 to 1000000.
    /// </summary>
    public int MinRequests { get; set; } = 50;

    /// <summary>
    /// By how much the share of failed requests may rise: 0.05 are five of a hundred. Of all requests, and of those of each
    /// endpoint. What failed before as often, endpoint by endpoint, does not count. Default 0.05; more than 0, at most 1.
    /// </summary>
    public double MaxErrorShareIncrease { get; set; } = 0.05;

    /// <summary>
    /// By what factor the 75th and the 99th percentile of an endpoint's latencies may rise. Default 3; 1 to 1000, or 0: latency
    /// is not judged.
    /// </summary>
    public double MaxLatencyFactor { get; set; } = 3;

    /// <summary>
    /// By how much those percentiles may rise, whatever the factor is: a request that takes 3 ms instead of 1 ms is no worse to
    /// its client. Default 20 milliseconds; zero or more, finite.
    /// </summary>
    public TimeSpan MinLatencyIncrease { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How long the latencies of a successor do not count yet, as it compiles its code and opens its connections. Failures count
    /// from the first moment. Default 3 seconds; zero or more, finite. A probation that is no longer than this and some seconds
    /// is not judged by latency.
    /// </summary>
    public TimeSpan LatencyWarmUp { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How far back this process remembers what it answered, to compare a successor with. Default 5 minutes; 10 seconds to
    /// 1 hour.
    /// </summary>
    public TimeSpan Baseline { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Decides instead of Baton, about each second of a probation; never twice at the same time. Runs on the thread pool of this
    /// process, the predecessor. One that throws or takes longer than <see cref="DecideTimeout"/> is logged and decides nothing.
    /// Default null: Baton decides.
    /// </summary>
    public ProbationJudge? Decide { get; set; }

    /// <summary>How long <see cref="Decide"/> may take. Default 5 seconds; more than zero, finite.</summary>
    public TimeSpan DecideTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal void Describe(OptionVisitor o)
    {
        Enabled = o.Switch(nameof(Enabled), Enabled);
        MinRequests = o.Number(nameof(MinRequests), MinRequests, 10, MostRequests, $"between 10 and {MostRequests}");
        MaxErrorShareIncrease = o.Fraction(
            nameof(MaxErrorShareIncrease), MaxErrorShareIncrease, static v => v is > 0 and <= 1, "more than 0, at most 1");
        MaxLatencyFactor = o.Fraction(
            nameof(MaxLatencyFactor), MaxLatencyFactor, static v => v is 0 or (>= 1 and <= LargestFactor), "0, or 1 to 1000");
        MinLatencyIncrease = o.Duration(nameof(MinLatencyIncrease), MinLatencyIncrease, DurationRange.ZeroOrMore);
        LatencyWarmUp = o.Duration(nameof(LatencyWarmUp), LatencyWarmUp, DurationRange.ZeroOrMore);
        Baseline = o.Duration(nameof(Baseline), Baseline, s_baselines);
        o.Code(nameof(Decide), Decide is not null);
        DecideTimeout = o.Duration(nameof(DecideTimeout), DecideTimeout, DurationRange.MoreThanZero);
    }
}
