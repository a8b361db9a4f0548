namespace Baton.Judging;

/// <summary>
/// Compares what a successor's clients get with what its predecessor's got. A pure function of the figures. Each endpoint is
/// compared with itself, so that another mix of requests is no difference. One bad moment decides nothing: a rise must be there
/// in several parts of the probation, and must be no accident.
/// </summary>
internal static class TrafficJudge
{
    internal static ProbationJudgement Decide(
        ProbationJudgeOptions options, TrafficBaseline baseline, IReadOnlyList<TrafficPart> parts)
    {
        long requests = parts.Sum(p => p.Figures.Requests);
        if (requests < options.MinRequests)
        {
            return NotJudged($"{requests} of at least {options.MinRequests} requests");
        }

        if (baseline.Requests < options.MinRequests)
        {
            return NotJudged(
                $"the old process had {baseline.Requests} of at least {options.MinRequests} requests to compare with");
        }

        string[] endpoints = [.. parts.SelectMany(p => p.Figures.Endpoints).Select(e => e.Endpoint).Distinct()];
        Subject[] each = [.. endpoints.Select(e => Subject.Of([e], baseline, parts, options))];
        var all = Subject.Of(endpoints, baseline, parts, options);
        Subject[] subjects = [all, .. each];
        if (subjects.Any(s => s.Fails(options)))
        {
            Subject worst = each.MaxBy(s => s.Errors.Hits - s.Errors.Expected)!;
            return new(JudgementKind.Bad, $"{all.DescribeErrors()}; worst: {worst.Name}, {worst.DescribeErrors()}");
        }

        if (subjects.Select(s => s.SlowAt(options)).FirstOrDefault(s => s is not null) is { } percentile)
        {
            Subject slowest = each.MaxBy(s => s.SlowAt(percentile))!;
            return new(JudgementKind.Bad, slowest.DescribeLatency(percentile));
        }

        return subjects.Any(s => s.MayFail(options))
            ? NotJudged($"{all.DescribeErrors()}, which may be an accident")
            : new(JudgementKind.Good, $"{all.DescribeErrors()}; {all.DescribeLatencies()}");
    }

    private static ProbationJudgement NotJudged(string why) => new(JudgementKind.NotJudged, why);
}
