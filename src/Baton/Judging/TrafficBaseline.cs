namespace Baton.Judging;

/// <summary>What the predecessor's clients got before the commit, as that with which a successor is compared.</summary>
internal sealed class TrafficBaseline
{
    private readonly Dictionary<string, EndpointBaseline> _endpoints;

    /// <param name="slices">The requests, in slices of some seconds.</param>
    /// <param name="options">The rules.</param>
    internal TrafficBaseline(IReadOnlyList<TrafficFigures> slices, ProbationJudgeOptions options)
    {
        Total = TrafficFigures.Sum(slices);
        (Requests, Failures) = (Total.Requests, Total.Failures);
        _endpoints = Total.Endpoints.ToDictionary(e => e.Endpoint, e => Describe(e, slices, options));
    }

    internal TrafficFigures Total { get; }

    internal long Requests { get; }

    internal long Failures { get; }

    internal EndpointBaseline? Of(string endpoint) => _endpoints.GetValueOrDefault(endpoint);

    private static EndpointBaseline Describe(
        EndpointTraffic traffic, IReadOnlyList<TrafficFigures> slices, ProbationJudgeOptions options)
    {
        if (options.MaxLatencyFactor == 0 || traffic.Requests < options.MinRequests)
        {
            return new(traffic, []);
        }

        EndpointTraffic[] own =
        [
            .. slices.SelectMany(s => s.Endpoints)
                .Where(e => e.Endpoint == traffic.Endpoint && e.Requests >= options.MinRequests),
        ];
        return new(traffic, [.. LatencyLimit.Percents.Select(percent => LatencyLimit.Of(percent, traffic, own, options))]);
    }
}
