using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>A successor that proves itself, seen from its predecessor.</summary>
public class SuccessorProbationTests
{
    [Fact]
    public void Probation_Begins_TheGateIsClosedWorkDrainsAndNothingIsGivenUp()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out Task<RestartRecord> outcome, "tcp:127.0.0.1:80");
        fixture.Journal.AssertOrder("close gate", "commit 4711", "drain");
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Assert.DoesNotContain("announce stopping", fixture.Journal.Entries);
        Assert.DoesNotContain(fixture.Journal.Entries, e => e.StartsWith("release", StringComparison.Ordinal));
        Assert.False(outcome.IsCompleted);
    }

    [Fact]
    public async Task Probation_Passes_ConfirmsReleasesAndOnlyThenTheRestartHasSucceeded()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out Task<RestartRecord> outcome, "tcp:127.0.0.1:80");
        fixture.Pass(fixture.Options.Probation - TimeSpan.FromTicks(1));
        fixture.Do(() => fixture.Successor.IsAlive());
        Assert.False(outcome.IsCompleted);
        Assert.Equal(0, fixture.Journal.Count("confirm 4711"));

        fixture.Pass(TimeSpan.FromTicks(1));
        fixture.Do(() => fixture.Successor.IsAlive());

        fixture.Journal.AssertOrder("drain", "confirm 4711", "release all but [tcp:127.0.0.1:80]", "announce stopping");
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.Equal(FakeEffects.FirstSuccessorPid, (await outcome.Soon()).SuccessorPid);
    }

    [Fact]
    public async Task Probation_Passes_TheDurationEndsWithTheCommitAndThePhasesWithTheProbation()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.Probation = TimeSpan.FromSeconds(10);
        Task<RestartRecord> outcome = fixture.AskRestart();
        fixture.Pass(TimeSpan.FromSeconds(2));
        fixture.Do(() => fixture.Successor.SaysProgress("warming up", "1 of 2"));
        fixture.Do(() => fixture.Successor.SaysProgress("warming up", "2 of 2"));
        fixture.Pass(TimeSpan.FromSeconds(3));
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.PassProbation();

        RestartRecord done = await outcome.Soon();
        Assert.Equal((2, RestartStrategy.Handover, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)), (done.Generation, done.Strategy, done.ServedAfter!.Value, done.Duration));
        Assert.Equal(
            [("spawn", "", 2), ("warming up", "2 of 2", 3), ("commit", "", 0), ("probation", "", 10)], done.Phases.Select(p => (p.Name, p.Detail, (int)p.Duration.TotalSeconds)));
    }

    // Its work may end sooner; it could still have to serve again.
    [Fact]
    public void Probation_WorkEndsMeanwhile_TheProcessStaysUntilItHasPassed()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Assert.False(fixture.Lifecycle.Exited.IsCompleted);

        fixture.PassProbation();

        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    [Fact]
    public void Probation_DrainTimeoutWithinIt_CutsTheWorkButDoesNotEndTheProcess()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        (fixture.Options.Probation, fixture.Options.DrainTimeout) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));
        fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.DoesNotContain(fixture.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));

        fixture.Pass(TimeSpan.FromSeconds(3));
        fixture.Do(() => fixture.Successor.IsAlive());
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        Assert.Equal(1, fixture.Journal.Count("cut"));
    }

    [Fact]
    public void SignOfLife_BeforeTheLimit_CountsFromThereAgain()
    {
        LifecycleFixture fixture = LongProbation();
        for (int i = 0; i < 20; i++)
        {
            Look(fixture, times: 4);
            fixture.Do(() => fixture.Successor.IsAlive());
        }

        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Look(fixture, times: 4);
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Look(fixture, times: 1);
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
    }

    // The clock alone proves nothing: its time may have been shorter than what counts as hanging.
    [Fact]
    public void Probation_TimeIsUp_PassesWithTheNextSignOfLife()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(() => fixture.Successor.IsAlive());
        fixture.Pass(fixture.Options.Probation);
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Successor.IsAlive());
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
    }

    // This process was stopped: signs from before the successor's end are read first, its end only then.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Probation_TimeIsUpButTheSuccessorHasEnded_IsNotPassed(bool signs)
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        (fixture.Options.Probation, fixture.Options.HeartbeatTimeout) = (TimeSpan.FromSeconds(10), signs ? TimeSpan.FromSeconds(5) : Timeout.InfiniteTimeSpan);
        fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Successor.Lives = false;
        fixture.PassProbation();
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Successor.Exits(1));
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
    }

    // It gave this process up, which was stopped for too long, and its own successor serves now.
    [Fact]
    public void SuccessorHandsOverInTurn_OnProbation_HasPassed()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(() => fixture.Successor.HandsOn());
        fixture.Do(() => fixture.Successor.Exits(1));
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.Equal(1, fixture.Journal.Count("confirm 4711"));
    }

    // As when this whole process, or the machine, was stopped: the successor's signs are there, but have not been read yet.
    [Fact]
    public void SignOfLife_TheClockJumps_IsNoVerdict()
    {
        LifecycleFixture fixture = LongProbation();
        fixture.Pass(TimeSpan.FromHours(1));
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        fixture.Do(() => fixture.Successor.IsAlive());
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
    }

    // A4: stopped for longer than everything that the successor waits for. Its signs of that time are read, and those from now on.
    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(25)]
    [InlineData(3600)]
    public async Task Probation_ThisProcessWasPaused_PassesWithTheNextSign(int seconds)
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out Task<RestartRecord> outcome);
        Look(fixture, times: 4);
        fixture.Pass(TimeSpan.FromSeconds(seconds));
        Look(fixture, times: 3);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Successor.IsAlive());
        fixture.Pass(TimeSpan.FromSeconds(5));
        fixture.Do(() => fixture.Successor.IsAlive());
        await outcome.Soon();
    }

    // The thread that reads what the successor says is starved, not the successor.
    [Fact]
    public void SignOfLife_IsThereButWasNotReadYet_IsNoVerdict()
    {
        LifecycleFixture fixture = LongProbation();
        fixture.Successor.HasUnheard = true;
        Look(fixture, times: 5);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        fixture.Do(() => fixture.Successor.IsAlive());

        // But one that talks, and never gives a sign, is no better than a silent one.
        Look(fixture, times: 8);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        Look(fixture, times: 1);
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
    }

    // It hangs, whatever this process has gone through before.
    [Fact]
    public void SignOfLife_MissedAfterAPauseOfThisProcess_IsAVerdictAfterTheWholeLimit()
    {
        LifecycleFixture fixture = LongProbation();
        fixture.Pass(TimeSpan.FromMinutes(1));
        Look(fixture, times: 3);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        Look(fixture, times: 1);
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
    }

    // Every look comes late by 0.9 s, which is no pause.
    [Fact]
    public void SignOfLife_MissedOnAMachineThatHasTooMuchToDo_IsAVerdict()
    {
        LifecycleFixture fixture = LongProbation();
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(0, fixture.Journal.Count("kill 4711"));
            fixture.Pass((fixture.Options.HeartbeatTimeout / 4) + TimeSpan.FromSeconds(0.9));
        }

        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
    }

    [Fact]
    public void SignOfLife_NotAskedFor_IsNotMissed()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        (fixture.Options.Probation, fixture.Options.HeartbeatTimeout) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        Look(fixture, times: 100);
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
    }

    [Fact]
    public void Probation_IsZero_PassesAtOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Journal.AssertOrder("commit 4711", "confirm 4711", "release all but []");
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
    }

    // What was on its way when it ended.
    [Fact]
    public void Events_AfterItHasPassed_ChangeNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.PassProbation();
        int before = fixture.Journal.Entries.Count;
        fixture.Do(() => fixture.Successor.IsAlive());
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Do(() => fixture.Successor.SaysUnhealthy("too late"));
        fixture.Do(() => fixture.Successor.SaysFailed("too late"));
        fixture.Do(() => fixture.Successor.SaysStopping("SIGTERM"));
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.Equal(before, fixture.Journal.Entries.Count);

        fixture.Do(() => fixture.Successor.Exits(1));
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.Contains("SuccessorGone", fixture.Logger.EventNames);
    }

    private static LifecycleFixture LongProbation()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.Probation = TimeSpan.FromDays(1);
        fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        return fixture;
    }

    private static void Look(LifecycleFixture fixture, int times)
    {
        for (int i = 0; i < times; i++)
        {
            fixture.Pass(TimeSpan.FromSeconds(1.25));
        }
    }
}
