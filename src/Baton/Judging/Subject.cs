namespace Baton.Judging;

/// <summary>One endpoint, or all of them: what its clients get, compared with before.</summary>
internal sealed class Subject
{
    // For so many seconds something that the service needs may be away.
    private const int Outage = 2;

    // Requests that all wait for the same thing are one accident.
    private const int Stall = 1;

    // A machine that is busy for some seconds has less.
    private const int LeastSlowParts = 4;
    private const double ShareOfSlowParts = 0.5;

    private readonly Comparison[] _slow = [.. LatencyLimit.Percents.Select(_ => new Comparison())];
    private EndpointTraffic _now = new() { Endpoint = "" };
    private EndpointTraffic _before = new() { Endpoint = "" };
    private IReadOnlyList<LatencyLimit> _limits = [];
    private long _comparable;

    private Subject(string name) => Name = name;

    internal string Name { get; }

    internal Comparison Errors { get; } = new();

    internal static Subject Of(
        string[] endpoints, TrafficBaseline baseline, IReadOnlyList<TrafficPart> parts, ProbationJudgeOptions options)
    {
        var subject = new Subject(endpoints.Length == 1 ? endpoints[0] : "all");
        foreach (string endpoint in endpoints)
        {
            if (baseline.Of(endpoint) is { } before)
            {
                subject._before = subject._before.And(before.Traffic);
                subject._limits = before.Limits;
                subject._comparable += before.Limits.Count == 0 ? 0 : before.Traffic.Requests;
            }
        }

        foreach (TrafficPart part in parts)
        {
            EndpointTraffic[] own = [.. part.Figures.Endpoints.Where(e => endpoints.Contains(e.Endpoint))];
            subject.AddErrors(own, baseline, options);
            if (part.IsWarm)
            {
                subject.AddLatencies(own, baseline);
            }
        }

        return subject;
    }

    internal bool Fails(ProbationJudgeOptions options) =>
        Errors.Requests >= options.MinRequests
        && _before.Requests >= options.MinRequests
        && Errors.HasRisen(options.MaxErrorShareIncrease, _before.Requests, Outage);

    /// <summary>Whether more have failed than may, but that may be an accident, or an outage of a moment.</summary>
    internal bool MayFail(ProbationJudgeOptions options) =>
        Errors.Requests >= options.MinRequests && Errors.Increase > options.MaxErrorShareIncrease;

    /// <summary>The percentile that has risen; null if none has.</summary>
    internal int? SlowAt(ProbationJudgeOptions options) =>
        Enumerable.Range(0, _slow.Length).Where(i => IsSlow(i, options)).Cast<int?>().FirstOrDefault();

    /// <summary>How many requests were slower than expected.</summary>
    internal double SlowAt(int percentile) => _slow[percentile].Hits - _slow[percentile].Expected;

    internal string DescribeErrors() => Wording.Say(
        $"{Errors.Hits} of {Errors.Requests} requests failed ({100 * Errors.Share:0.#} %), ") + Wording.Say(
        $"{_before.Failures} of {_before.Requests} before ({100.0 * _before.Failures / Math.Max(1, _before.Requests):0.#} %)");

    internal string DescribeLatencies() => _now.Requests == 0
        ? "no latencies yet"
        : $"p99 {Wording.Of(_now.Percentile(99))}, {Wording.Of(_before.Percentile(99))} before";

    internal string DescribeLatency(int percentile)
    {
        (double percent, Comparison slow) = (LatencyLimit.Percents[percentile], _slow[percentile]);
        TimeSpan usual = _limits.Count == 0 ? _before.Percentile(percent) : _limits[percentile].Usual;
        return Wording.Say($"p{percent} of {Name} is {Wording.Of(_now.Percentile(percent))}, {Wording.Of(usual)} before; ")
            + Wording.Say($"{slow.Hits} of {slow.Requests} requests took longer than may be");
    }

    private bool IsSlow(int percentile, ProbationJudgeOptions options)
    {
        double allowed = LatencyLimit.ShareOf(LatencyLimit.Percents[percentile]);
        Comparison slow = _slow[percentile];
        return slow.Requests >= options.MinRequests
            && slow.Share > allowed
            && slow.PartsAbove(allowed) >= Math.Max(LeastSlowParts, Math.Ceiling(ShareOfSlowParts * slow.Parts))
            && slow.HasRisen(0, _comparable, Stall);
    }

    private void AddErrors(EndpointTraffic[] now, TrafficBaseline baseline, ProbationJudgeOptions options)
    {
        double expected = 0;
        foreach (EndpointTraffic endpoint in now)
        {
            // An endpoint that had too few requests before is expected to be like the others.
            EndpointTraffic? before = baseline.Of(endpoint.Endpoint)?.Traffic;
            (long all, long failed) = before is { } known && known.Requests >= options.MinRequests
                ? (known.Requests, known.Failures)
                : (baseline.Requests, baseline.Failures);
            expected += endpoint.Requests * (double)failed / all;
        }

        Errors.Add(now.Sum(e => e.Requests), now.Sum(e => e.Failures), expected);
    }

    private void AddLatencies(EndpointTraffic[] now, TrafficBaseline baseline)
    {
        foreach (EndpointTraffic endpoint in now)
        {
            _now = _now.And(endpoint);
        }

        for (int i = 0; i < _slow.Length; i++)
        {
            double expected = 0;
            long requests = 0, slow = 0;
            foreach (EndpointTraffic endpoint in now)
            {
                if (baseline.Of(endpoint.Endpoint) is { Limits.Count: > 0 } before)
                {
                    requests += endpoint.Requests;
                    slow += LatencyScale.Beyond(endpoint.Latencies, before.Limits[i].Bucket);
                    expected += endpoint.Requests * (double)before.Limits[i].Slow / before.Traffic.Requests;
                }
            }

            _slow[i].Add(requests, slow, expected);
        }
    }
}
