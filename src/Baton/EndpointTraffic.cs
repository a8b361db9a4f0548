using Baton.Judging;

namespace Baton;

/// <summary>What the clients of one endpoint got, in one process and a span of time.</summary>
public sealed record EndpointTraffic
{
    /// <summary>Its method and route, such as <c>GET /orders/{id}</c>; without a route only the method.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Requests that have ended.</summary>
    public long Requests { get; init; }

    /// <summary>Those that failed: answered with 500 and above, or by an exception that nobody caught.</summary>
    public long Failures { get; init; }

    /// <summary>Of the failures, those with an exception.</summary>
    public long Exceptions { get; init; }

    /// <summary>How many requests are in each bucket of <see cref="LatencyScale"/>; may end early.</summary>
    internal IReadOnlyList<long> Latencies { get; init; } = [];

    /// <summary>A latency that so many percent of the requests did not exceed, to about a fifth.</summary>
    /// <param name="percent">Between 0 and 100, such as 99.</param>
    /// <returns>The latency; zero where nothing is known.</returns>
    public TimeSpan Percentile(double percent) => LatencyScale.Percentile(Latencies, percent);

    /// <summary>What has come since.</summary>
    internal EndpointTraffic Since(EndpointTraffic? earlier) => earlier is null ? this : new()
    {
        Endpoint = Endpoint,
        Requests = Math.Max(0, Requests - earlier.Requests),
        Failures = Math.Max(0, Failures - earlier.Failures),
        Exceptions = Math.Max(0, Exceptions - earlier.Exceptions),
        Latencies = Together(Latencies, earlier.Latencies, -1),
    };

    /// <summary>Both together.</summary>
    internal EndpointTraffic And(EndpointTraffic other) => new()
    {
        Endpoint = Endpoint,
        Requests = Requests + other.Requests,
        Failures = Failures + other.Failures,
        Exceptions = Exceptions + other.Exceptions,
        Latencies = Together(Latencies, other.Latencies, 1),
    };

    private static long[] Together(IReadOnlyList<long> first, IReadOnlyList<long> second, int sign)
    {
        long[] sum = new long[Math.Max(first.Count, second.Count)];
        for (int i = 0; i < sum.Length; i++)
        {
            long other = i < second.Count ? second[i] : 0;
            sum[i] = Math.Max(0, (i < first.Count ? first[i] : 0) + (sign * other));
        }

        return sum;
    }
}
