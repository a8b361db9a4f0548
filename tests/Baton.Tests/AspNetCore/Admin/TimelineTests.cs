using Baton.AspNetCore.Admin.Page;

namespace Baton.Tests.AspNetCore.Admin;

public class TimelineTests
{
    // An application reports what it likes.
    [Fact]
    public void Restart_WithAPhaseOfTheApplicationCalledCommit_DidNotServeByThat()
    {
        RestartRecord record = Statuses.Record(("spawn", 100), ("health", 50)) with { Failure = RestartFailure.SuccessorExited };
        var timeline = new Timeline(record with { Phases = [.. record.Phases, PhaseName.Own("commit").With("", TimeSpan.FromSeconds(1)), PhaseName.Health.With("", TimeSpan.Zero)] });
        Assert.False(timeline.Served);
        Assert.Equal(4, timeline.Before.Count);
    }

    [Fact]
    public void Restart_ThatCameAbout_IsSplitWhereTheSuccessorServes()
    {
        var timeline = new Timeline(Statuses.Record(("spawn", 100), ("health", 50), ("commit", 2), ("probation", 10_000)) with
        {
            DrainedAfter = TimeSpan.FromMilliseconds(652), GoneAfter = TimeSpan.FromMilliseconds(151),
        });
        Assert.True(timeline.Served);
        Assert.Equal([0, 100, 150], timeline.Before.Select(s => s.From.TotalMilliseconds));
        Assert.Equal(152, timeline.BeforeLength.TotalMilliseconds);
        Assert.Equal("probation", Assert.Single(timeline.After).Phase.Name);
        Assert.Equal(500, timeline.Drained?.TotalMilliseconds);

        // Measured elsewhere: never before it served.
        Assert.Equal(TimeSpan.Zero, timeline.Gone);
        Assert.DoesNotContain(timeline.Before.Concat(timeline.After), s => s.Failed);
    }

    [Theory]
    [InlineData("health", false)]
    [InlineData("commit", false)]
    [InlineData("probation", true)]
    public void Restart_ThatFailed_FailedInItsLastPhase(string last, bool served)
    {
        (string, int)[] phases = [("spawn", 100), ("health", 50), ("commit", 2), ("probation", 300)];
        RestartRecord record = Statuses.Record([.. phases.TakeWhile(p => p.Item1 != last), phases.Single(p => p.Item1 == last)]);
        var timeline = new Timeline(record with { Failure = RestartFailure.PeerLost });
        Assert.Equal(served, timeline.Served);
        Assert.Equal(last, Assert.Single(timeline.Before.Concat(timeline.After), s => s.Failed).Phase.Name);
    }

    [Fact]
    public void Restart_ThatIsComplete_HasNoCommit()
    {
        var timeline = new Timeline(Statuses.Record(("drain", 100), ("spawn", 50)));
        Assert.False(timeline.Served);
        Assert.Equal(2, timeline.Before.Count);
        Assert.Equal(TimeSpan.Zero, timeline.AfterLength);
    }

    [Fact]
    public void Scale_IsProportional_AndMarksRoundTimes()
    {
        var scale = new TimeScale(Ms(420, 840), Ms(420), left: 10, width: 80, marks: 4);
        Assert.Equal([0, 200, 400, 600, 800], scale.Marks.Select(m => m.TotalMilliseconds));
        Assert.Equal(10, scale.At(TimeSpan.Zero));
        Assert.Equal(50, scale.At(TimeSpan.FromMilliseconds(420)), 0.001);
        Assert.Equal(90, scale.At(TimeSpan.FromMilliseconds(840)), 0.001);
    }

    [Fact]
    public void Scale_WithOneThatTookMuchLonger_CutsThatOneOff()
    {
        var scale = new TimeScale(Ms(400, 500, 450, 60_000), Ms(400, 500, 450, 60_000), 0, 100, 4);
        Assert.Equal(500, scale.Limit.TotalMilliseconds);
        Assert.True(scale.Cuts(TimeSpan.FromSeconds(60)));
        Assert.Equal(100, scale.At(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Scale_OfNothingAndOfAnything_HasAFewMarks() =>
        Assert.All((TimeSpan[][])[[], Ms(0), Ms(1), Ms(7), Ms(86_400_000), [TimeSpan.FromDays(40)]], lengths => Assert.InRange(new TimeScale(lengths, lengths, 0, 100, 4).Marks.Count(), 1, 5));

    [Fact]
    public void Axes_WithFailuresThatTookNoTime_AreThoseOfTheOthers()
    {
        RestartRecord refused = Statuses.Record() with { Failure = RestartFailure.ProgramRefused };
        RestartRecord timedOut = Statuses.Record(("spawn", 100), ("starting", 60_000)) with { Failure = RestartFailure.ReadyTimedOut };
        Timeline[] restarts = [new(refused), new(refused), new(refused), new(timedOut), new(Statuses.Record(("spawn", 700), ("commit", 2)))];
        Assert.Equal(702, new TimelineAxes(restarts).Before.Limit.TotalMilliseconds);
        Assert.Null(new TimelineAxes(restarts).After);
    }

    private static TimeSpan[] Ms(params int[] lengths) => [.. lengths.Select(l => TimeSpan.FromMilliseconds(l))];
}
