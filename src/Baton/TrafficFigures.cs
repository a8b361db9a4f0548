using Baton.Judging;

namespace Baton;

/// <summary>What clients got of one process in a span of time.</summary>
public sealed record TrafficFigures
{
    internal static readonly TrafficFigures None = new();

    /// <summary>The endpoints that had requests.</summary>
    public IReadOnlyList<EndpointTraffic> Endpoints { get; init; } = [];

    /// <summary>Requests that have ended.</summary>
    public long Requests => Endpoints.Sum(e => e.Requests);

    /// <summary>Those that failed: answered with 500 and above, or by an exception that nobody caught.</summary>
    public long Failures => Endpoints.Sum(e => e.Failures);

    /// <summary>Of the failures, those with an exception.</summary>
    public long Exceptions => Endpoints.Sum(e => e.Exceptions);

    /// <summary>A latency that so many percent of the requests did not exceed, to about a fifth.</summary>
    /// <param name="percent">Between 0 and 100, such as 99.</param>
    /// <returns>The latency; zero where nothing is known.</returns>
    public TimeSpan Percentile(double percent) =>
        Endpoints.Count == 0
            ? TimeSpan.Zero
            : LatencyScale.Percentile(Endpoints.Aggregate(static (a, b) => a.And(b)).Latencies, percent);

    /// <summary>What has come since.</summary>
    internal TrafficFigures Since(TrafficFigures earlier)
    {
        Dictionary<string, EndpointTraffic> before = earlier.ByEndpoint();
        return new()
        {
            Endpoints =
            [
                .. Endpoints.Select(e => e.Since(before.GetValueOrDefault(e.Endpoint))).Where(e => e.Requests > 0),
            ],
        };
    }

    /// <summary>The sum.</summary>
    internal static TrafficFigures Sum(IEnumerable<TrafficFigures> all) => new()
    {
        Endpoints =
        [
            .. all.SelectMany(f => f.Endpoints).GroupBy(e => e.Endpoint).Select(g => g.Aggregate(static (a, b) => a.And(b))),
        ],
    };

    internal Dictionary<string, EndpointTraffic> ByEndpoint()
    {
        var found = new Dictionary<string, EndpointTraffic>();
        foreach (EndpointTraffic endpoint in Endpoints)
        {
            found[endpoint.Endpoint] = endpoint;
        }

        return found;
    }
}
