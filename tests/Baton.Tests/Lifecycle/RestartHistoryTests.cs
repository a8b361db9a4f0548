using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>What is remembered of restarts, and of the time in one.</summary>
public class RestartHistoryTests
{
    [Fact]
    public void History_NewestFirst_TellsWhatBecameOfEach()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Effects.StartFailure = new RestartException(RestartFailure.SpawnFailed, "no such file");
        fixture.AskRestart("a");
        fixture.Effects.StartFailure = null;
        fixture.Pass(TimeSpan.FromMinutes(1));
        fixture.AskRestart("b", program: "/srv/releases/2/app");
        fixture.Pass(TimeSpan.FromSeconds(2));
        fixture.Do(() => fixture.Successor.Exits(3));
        fixture.AskRestart("c");
        fixture.Do(() => fixture.Successor.SaysReady());

        Assert.Collection(
            fixture.Lifecycle.Restarts.History,
            r => Assert.Equal(("c", null, "", FakeEffects.FirstSuccessorPid + 1), (r.Trigger.Description, r.Failure, r.Explanation, r.SuccessorPid)),
            r =>
            {
                Assert.Equal(("b", RestartFailure.SuccessorExited, "/srv/releases/2/app", 2), (r.Trigger.Description, r.Failure, r.Program, r.Generation));
                Assert.Equal(TimeSpan.FromSeconds(2), r.Duration);
                Assert.Contains("exited with code 3", r.Explanation, StringComparison.Ordinal);
            },
            r => Assert.Equal(("a", RestartFailure.SpawnFailed, null), (r.Trigger.Description, r.Failure, r.SuccessorPid)));
        Assert.Equal(TimeSpan.FromMinutes(1), fixture.Lifecycle.Restarts.History[1].AskedAt - fixture.Lifecycle.Restarts.History[2].AskedAt);
    }

    [Fact]
    public void History_ARestartOnProbation_IsRememberedWhenItsEndIsKnown()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        Assert.Empty(fixture.Lifecycle.Restarts.History);
        fixture.Pass(TimeSpan.FromSeconds(1));
        fixture.Do(() => fixture.Successor.Exits(1));
        RestartRecord record = Assert.Single(fixture.Lifecycle.Restarts.History);
        Assert.Equal((RestartFailure.SuccessorDied, FakeEffects.FirstSuccessorPid, TimeSpan.FromSeconds(1)), (record.Failure, record.SuccessorPid, record.Duration));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void History_MoreThanIsRemembered_KeepsTheNewest(int most)
    {
        var history = new RestartHistory(most, new ManualTime());
        foreach (string trigger in (string[])["a", "b", "c"])
        {
            history.Add(new RestartRecord { AskedAt = DateTimeOffset.UnixEpoch, Trigger = By(trigger), Generation = 2 });
        }

        Assert.Equal(((string[])["c", "b", "a"]).Take(most), history.Newest.Select(r => r.Trigger.Description));
    }

    // The restart is heard of when the successor has proved itself; its predecessor may have nothing to do, or be gone, by then.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void History_ThePredecessorHasDrainedAndGone_ItsRestartTellsWhen(bool heardBefore)
    {
        // The clock is an hour off, here and there: it does not matter.
        DateTimeOffset asked = DateTimeOffset.UnixEpoch.AddHours(1);
        RestartRecord mine = new() { AskedAt = asked, Trigger = By("a"), Generation = 3, SuccessorPid = 4711, Duration = TimeSpan.FromSeconds(heardBefore ? 5 : 3) };
        RestartRecord[] earlier = [mine, mine with { Failure = RestartFailure.SuccessorDied, SuccessorPid = 4710 }, mine with { Generation = 2 }];
        var time = new ManualTime();
        var history = new RestartHistory(most: 10, time);
        Action inherit = () => history.Inherit(earlier);
        Action drained = () => history.Departed(2, DateTimeOffset.UnixEpoch, gone: null);
        Action gone = () => history.Departed(2, drained: null, DateTimeOffset.UnixEpoch);
        foreach (Action step in heardBefore ? [drained, gone, inherit] : (Action[])[inherit, drained, gone])
        {
            time.Advance(TimeSpan.FromSeconds(step == inherit ? 0 : 1));
            step();
        }

        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5)), (history.Newest[0].DrainedAfter, history.Newest[0].GoneAfter));
        Assert.All(history.Newest.Skip(1), r => Assert.Equal((null, null), (r.DrainedAfter, r.GoneAfter)));
    }

    // It reports again and again. Of a restart before the one that made this process only the clock tells, and clocks are set back now and then.
    [Fact]
    public void History_ToldAgainOrOfATimeBeforeTheRequest_KeepsTheFirstAndNoNegativeTime()
    {
        var history = new RestartHistory(most: 10, new ManualTime());
        RestartRecord earlier = new() { AskedAt = DateTimeOffset.UnixEpoch, Trigger = By("a"), Generation = 2, SuccessorPid = 4711 };
        history.Inherit([earlier with { Generation = 3 }, earlier]);
        history.Departed(1, DateTimeOffset.UnixEpoch.AddSeconds(4), gone: null);
        history.Departed(1, DateTimeOffset.UnixEpoch.AddSeconds(9), DateTimeOffset.UnixEpoch.AddSeconds(-1));

        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.Zero), (history.Newest[1].DrainedAfter, history.Newest[1].GoneAfter));
    }

    [Fact]
    public void Timeline_TheSamePhaseAgain_GoesOnAndKeepsTheLastDetail()
    {
        var time = new ManualTime();
        var timeline = new RestartTimeline(time);
        Assert.Equal(("nothing yet", 0), (timeline.Last, timeline.Phases.Count));
        timeline.Enter(PhaseName.Own("warming up"), "1 of 2");
        time.Advance(TimeSpan.FromSeconds(1));
        timeline.Enter(PhaseName.Own("warming up"), "2 of 2");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("warming up: 2 of 2", timeline.Last);
        Assert.Equal([Named("warming up").With("2 of 2", TimeSpan.FromSeconds(2))], timeline.Phases);
    }

    // A successor may say as much as it likes.
    [Fact]
    public void Timeline_EndlessPhases_AreBounded()
    {
        var timeline = new RestartTimeline(new ManualTime());
        for (int i = 0; i < 10_000; i++)
        {
            timeline.Enter(PhaseName.Own($"phase {i}"));
        }

        Assert.Equal(101, timeline.Phases.Count);
        Assert.Equal("phase 9999", timeline.Last);
    }
}
