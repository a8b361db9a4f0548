using Baton.Judging;
using static Baton.Tests.Judging.Traffic;

namespace Baton.Tests.Judging;

/// <summary>What a successor is judged by, one rule each.</summary>
public class TrafficJudgeTests
{
    [Fact]
    public void Successor_FailsOnOnePath_IsBadAndTheWorstPathIsNamed()
    {
        ProbationJudgement judgement = Decide(
            Before(Of("GET /orders", 2000, failures: 4), Of("GET /", 8000)),
            Parts(4, Of("GET /orders", 30, failures: 6), Of("GET /", 100)));
        Assert.Equal(JudgementKind.Bad, judgement.Kind);
        Assert.Equal(
            "24 of 520 requests failed (4.6 %), 4 of 10000 before (0 %); worst: GET /orders, 24 of 120 requests failed (20 %), 4 of 2000 before (0.2 %)",
            judgement.Explanation);
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(10, 4)]
    public void Successor_HasTooFewRequests_IsNotJudged(int seconds, int requests) =>
        AssertNotJudged(Decide(Before(Of("GET /", 5000)), Parts(seconds, Of("GET /", requests, failures: requests))), $"{seconds * requests} of at least 50 requests");

    [Fact]
    public void Predecessor_HadTooFewRequests_IsNotJudged() =>
        AssertNotJudged(Decide(Before(Of("GET /", 12)), Parts(10, Of("GET /", 100, failures: 100))), "the old process had 12 of at least 50 requests to compare with");

    [Fact]
    public void Path_FailedBeforeAsOften_DoesNotCount() => AssertNotBad(
        Before(Of("GET /broken", 1000, failures: 1000), Of("GET /", 9000)),
        Parts(10, Of("GET /broken", 80, failures: 80), Of("GET /", 20)));

    [Fact]
    public void Path_AlwaysFailedAndNowAnotherFailsToo_IsBad() => AssertBad(
        Before(Of("GET /broken", 1000, failures: 1000), Of("GET /", 9000)),
        Parts(5, Of("GET /broken", 10, failures: 10), Of("GET /", 90, failures: 9)),
        "worst: GET /,");

    // A dependency was away for a moment.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Errors_OfOneMoment_DecideNothing(int moments) => AssertNotBad(
        Before(Of("GET /", 10_000)),
        [.. Parts(moments, Of("GET /", 100, failures: 100)), .. Parts(8, Of("GET /", 100))]);

    [Fact]
    public void Errors_OfTheFirstMoment_AreNotCalledGood() => AssertNotJudged(
        Decide(Before(Of("GET /", 10_000)), Parts(1, Of("GET /", 100, failures: 20))), "20 of 100 requests failed (20 %), 0 of 10000 before (0 %), which may be an accident");

    [Fact]
    public void Errors_LessThanWhatIsAllowed_DecideNothing() =>
        AssertNotBad(Before(Of("GET /", 100_000)), Parts(10, Of("GET /", 1000, failures: 40)));

    [Fact]
    public void Errors_ByAccident_DecideNothing() =>
        AssertNotBad(Before(Of("GET /", 60, failures: 3)), Parts(5, Of("GET /", 11, failures: 2)));

    [Fact]
    public void Path_IsNewAndFails_IsComparedWithAllOthers() => AssertBad(
        Before(Of("GET /", 10_000)), Parts(5, Of("GET /", 100), Of("GET /new", 30, failures: 30)), "worst: GET /new,");

    [Fact]
    public void Latency_FiveTimes_IsBadAndNamesThePath() => AssertBad(
        Before(Of("GET /orders", 5000, milliseconds: 30), Of("GET /", 5000, milliseconds: 10)),
        Parts(9, Of("GET /orders", 50, milliseconds: 150), Of("GET /", 50, milliseconds: 10)),
        "p75 of GET /orders is ");

    [Fact]
    public void Latency_OfAFewPercent_IsBad() => AssertBad(
        Before(Of("GET /", 5000, milliseconds: 30)), Parts(9, Of("GET /", 100, milliseconds: 30, slow: 4, slowMilliseconds: 200)), "p99 of GET / is ");

    [Fact]
    public void Latency_WhileItWarmsUp_DecidesNothing() => AssertNotBad(
        Before(Of("GET /", 5000, milliseconds: 10)),
        [.. Parts(3, Of("GET /", 100, milliseconds: 2000)), .. Parts(9, Of("GET /", 100, milliseconds: 10))[3..]]);

    [Fact]
    public void Latency_TwoStalls_DecideNothing() => AssertNotBad(
        Before(Of("GET /", 5000, milliseconds: 10)),
        [.. Parts(7, Of("GET /", 100, milliseconds: 10)), .. Parts(5, Of("GET /", 100, milliseconds: 900))[3..]]);

    [Fact]
    public void Latency_TooShortForAClient_DecidesNothing() =>
        AssertNotBad(Before(Of("GET /", 5000, milliseconds: 1)), Parts(10, Of("GET /", 100, milliseconds: 9)));

    // Each path is as fast as before; only more of the slow ones are asked.
    [Fact]
    public void Latency_AnotherMixOfPaths_DecidesNothing() => AssertNotBad(
        Before(Of("GET /report", 200, milliseconds: 800), Of("GET /", 20_000, milliseconds: 5)),
        Parts(10, Of("GET /report", 90, milliseconds: 800), Of("GET /", 10, milliseconds: 5)));

    [Fact]
    public void Latency_NotToBeJudged_DecidesNothing()
    {
        var rules = new ProbationJudgeOptions { MaxLatencyFactor = 0 };
        var before = new TrafficBaseline([Figures(Of("GET /", 5000))], rules);
        Assert.Equal(JudgementKind.Good, TrafficJudge.Decide(rules, before, Parts(10, Of("GET /", 100, milliseconds: 9000))).Kind);
    }

    // Slices of which most are quiet and some are not: that is how this service is.
    [Fact]
    public void Latency_AsInTheWorseTimesBefore_DecidesNothing()
    {
        TrafficFigures[] slices = [.. Enumerable.Range(0, 10).Select(i => Figures(Of("GET /", 1000, milliseconds: i < 7 ? 10 : 120)))];
        AssertNotBad(new TrafficBaseline(slices, Rules), Parts(10, Of("GET /", 100, milliseconds: 200)));
    }

    private static ProbationJudgement Decide(TrafficBaseline before, TrafficPart[] parts) => TrafficJudge.Decide(Rules, before, parts);

    private static void AssertNotBad(TrafficBaseline before, TrafficPart[] parts)
    {
        ProbationJudgement judgement = Decide(before, parts);
        Assert.True(judgement.Kind != JudgementKind.Bad, judgement.ToString());
    }

    private static void AssertBad(TrafficBaseline before, TrafficPart[] parts, string why)
    {
        ProbationJudgement judgement = Decide(before, parts);
        Assert.Equal(JudgementKind.Bad, judgement.Kind);
        Assert.Contains(why, judgement.Explanation, StringComparison.Ordinal);
    }

    private static void AssertNotJudged(ProbationJudgement judgement, string why) =>
        Assert.Equal(new ProbationJudgement(JudgementKind.NotJudged, why), judgement);
}
