namespace Baton.Judging;

/// <summary>What an endpoint did before.</summary>
/// <param name="Traffic">Its requests.</param>
/// <param name="Limits">
/// How slow it may be, for each of <see cref="LatencyLimit.Percents"/>; empty if its latencies decide nothing.
/// </param>
internal sealed record EndpointBaseline(EndpointTraffic Traffic, IReadOnlyList<LatencyLimit> Limits);

/// <summary>How slow an endpoint may be.</summary>
/// <param name="Percent">The percentile that is compared.</param>
/// <param name="Usual">That percentile before, in the worse of its times.</param>
/// <param name="Bucket">A request in a later bucket is slow.</param>
/// <param name="Slow">How many were so before.</param>
internal sealed record LatencyLimit(double Percent, TimeSpan Usual, int Bucket, long Slow)
{
    // Where stalls make up the last one, only the first one shows that all has become slower. One second of ten must not decide
    // it.
    internal static readonly IReadOnlyList<double> Percents = [75, 99];

    // The share of slices that must be no slower than the limit: one bad moment is not how the service was.
    private const double UsualSlices = 0.9;

    /// <summary>The share of requests that may be slow.</summary>
    internal static double ShareOf(double percent) => 1 - (percent / 100);

    internal static LatencyLimit Of(
        double percent, EndpointTraffic traffic, IReadOnlyList<EndpointTraffic> slices, ProbationJudgeOptions options)
    {
        // Latencies vary from minute to minute, for reasons that are none of the program's.
        TimeSpan[] ordered = [.. slices.Select(e => e.Percentile(percent)).Order()];
        TimeSpan usual = traffic.Percentile(percent);
        if (ordered.Length > 0)
        {
            TimeSpan worse = ordered[(int)Math.Ceiling(UsualSlices * ordered.Length) - 1];
            usual = worse > usual ? worse : usual;
        }

        TimeSpan limit = usual * options.MaxLatencyFactor;
        TimeSpan least = usual + options.MinLatencyIncrease;
        int bucket = LatencyScale.BucketOf(limit > least ? limit : least);
        return new(percent, usual, bucket, LatencyScale.Beyond(traffic.Latencies, bucket));
    }
}
