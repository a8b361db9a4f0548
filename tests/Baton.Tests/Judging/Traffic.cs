using Baton.Judging;

namespace Baton.Tests.Judging;

/// <summary>Figures of traffic for tests.</summary>
internal static class Traffic
{
    internal static readonly ProbationJudgeOptions Rules = new() { Enabled = true };

    /// <summary>Requests of one endpoint that all take the same time, but for some.</summary>
    internal static EndpointTraffic Of(string endpoint, int requests, int failures = 0, int milliseconds = 10, int slow = 0, int slowMilliseconds = 0)
    {
        long[] latencies = new long[LatencyScale.Buckets];
        latencies[LatencyScale.BucketOf(TimeSpan.FromMilliseconds(milliseconds))] += requests - slow;
        latencies[LatencyScale.BucketOf(TimeSpan.FromMilliseconds(slowMilliseconds))] += slow;
        return new() { Endpoint = endpoint, Requests = requests, Failures = failures, Latencies = latencies };
    }

    internal static TrafficFigures Figures(params EndpointTraffic[] endpoints) => new() { Endpoints = endpoints };

    /// <summary>The same in each of so many seconds of a probation.</summary>
    internal static TrafficPart[] Parts(int seconds, params EndpointTraffic[] endpoints) =>
        [.. Enumerable.Range(0, seconds).Select(s => new TrafficPart(Figures(endpoints), s >= 3))];

    internal static TrafficBaseline Before(params EndpointTraffic[] endpoints) => new([Figures(endpoints)], Rules);
}
