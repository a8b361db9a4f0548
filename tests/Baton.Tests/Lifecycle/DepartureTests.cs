using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>How a process ends: drained, or cut.</summary>
public class DepartureTests
{
    private static string HardEnd(string trigger) =>
        $"end process with {Restarter.ForcedExitCode}: forced by {trigger}, and after 5 s more the application has still not ended";

    private static string Hangs(int seconds) => $"end process with {Restarter.ForcedExitCode}: its application has not ended within {seconds} s";

    // D7
    [Fact]
    public async Task Drain_NothingIsOpen_EndsAtOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Effects.WorkEnds();
        fixture.Do(() => fixture.Successor.SaysReady());

        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        await fixture.Lifecycle.Exited.Soon();
        Assert.DoesNotContain("cut", fixture.Journal.Entries);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Drain_TheLastWorkEnds_TheProcessMayLeave(bool handedOver)
    {
        LifecycleFixture fixture = handedOver ? LifecycleFixture.HandedOver() : LifecycleFixture.ShuttingDown();
        fixture.Pass(TimeSpan.FromSeconds(2));
        Assert.False(fixture.Lifecycle.Exited.IsCompleted);

        fixture.Do(fixture.Effects.WorkEnds);

        Assert.True(fixture.Lifecycle.Exited.IsCompletedSuccessfully);
        Assert.Contains(fixture.Logger.Lines, l => l.Text == $"Process {Environment.ProcessId} drained in 2000 ms");
    }

    // The successor, and whoever is after it, learn it at once, and keep it in the story of the restart.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Drain_NothingIsOpenAnyMore_LaterGenerationsAreToldSinceWhen(bool cut)
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        DateTimeOffset handedOver = fixture.Options.TimeProvider.GetUtcNow();
        fixture.Pass(TimeSpan.FromSeconds(2.5));
        Assert.Null(fixture.Successor.Report!.DrainedAt);
        fixture.Do(cut ? () => fixture.Lifecycle.Shutdown.ForceDrain(By("the test")) : fixture.Effects.WorkEnds);

        Assert.Equal(handedOver.AddSeconds(2.5), fixture.Successor.Report.DrainedAt);
        fixture.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(handedOver.AddSeconds(2.5), fixture.Successor.Report.DrainedAt);
    }

    [Fact]
    public void Drain_CalledBack_HasWorkAgain()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.NotNull(fixture.Lifecycle.Describe().DrainedAt);
        fixture.Do(() => fixture.Successor.Exits(1));
        Assert.Null(fixture.Lifecycle.Describe().DrainedAt);
    }

    // D6
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Drain_TimeoutPasses_CutsWhatIsOpenAndSaysHowMuch(bool handedOver)
    {
        LifecycleFixture fixture = handedOver ? LifecycleFixture.HandedOver() : LifecycleFixture.ShuttingDown();
        fixture.Effects.Open = new OpenWork(Connections: 3, Requests: 5);
        fixture.Pass(fixture.Options.DrainTimeout - TimeSpan.FromTicks(1));
        Assert.DoesNotContain("cut", fixture.Journal.Entries);

        fixture.Pass(TimeSpan.FromTicks(1));

        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        LogLine line = Assert.Single(fixture.Logger.Lines, l => l.Event.Name == "Forced");
        Assert.Equal($"Process {Environment.ProcessId} forced by the drain timeout of 60 s: cut 3 connections and 5 requests", line.Text);
    }

    // D6
    [Fact]
    public void Drain_InfiniteTimeout_IsCutOnlyByForce()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.DrainTimeout = Timeout.InfiniteTimeSpan;
        fixture.Shutdown();
        fixture.Pass(TimeSpan.FromDays(365));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);

        fixture.Force();
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    // D6
    [Fact]
    public void Force_WhileDraining_CutsOnceAndTheDrainTimeoutAddsNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Force();
        fixture.Force();
        fixture.Pass(fixture.Options.DrainTimeout);
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(1, fixture.Journal.Count("log Forced"));
    }

    [Fact]
    public void Force_Serving_ShutsDownAndCutsAtOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Force();
        fixture.Journal.AssertOrder("close gate", "release all but []", "drain", "cut");
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    [Fact]
    public void Force_DuringRestart_KillsTheSuccessorToo()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Force();
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    // D6
    [Fact]
    public void Force_TheApplicationStillRunsAfterTheExitTimeout_EndsTheProcess()
    {
        LifecycleFixture fixture = LifecycleFixture.ShuttingDown();
        fixture.Force();
        fixture.Pass(fixture.Options.ExitTimeout - TimeSpan.FromTicks(1));
        Assert.DoesNotContain(HardEnd("the test"), fixture.Journal.Entries);

        fixture.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(1, fixture.Journal.Count(HardEnd("the test")));
    }

    // Old code must not stay because the application hangs in its own shutdown.
    [Fact]
    public void Drain_DoneButTheApplicationHangs_IsEndedAfterDrainAndExitTimeout()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(fixture.Effects.WorkEnds);
        fixture.Pass(fixture.Options.DrainTimeout);
        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.Equal(1, fixture.Journal.Count(Hangs(65)));
    }

    // The host's own time is the host's: a hosted service may take longer to stop than our limits.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Drain_DoneAndTheHostTakesItsTime_IsEndedHardOnlyWhenThatIsOver(bool handedOver)
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Context.Application.Allow(TimeSpan.FromSeconds(180));
        fixture.Context.Application.Allow(TimeSpan.FromSeconds(90));
        fixture.Do(handedOver ? () => fixture.Successor.SaysReady() : () => fixture.Lifecycle.Shutdown.Request(By("the test")));
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);

        fixture.Pass(TimeSpan.FromSeconds(184));
        Assert.DoesNotContain(fixture.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));
        Assert.Equal(0, fixture.Journal.Count("cut"));
        fixture.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fixture.Journal.Count(Hangs(185)));
    }

    [Fact]
    public void Drain_DoneAndTheHostHasNoLimit_IsEndedHardByForceOnly()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Context.Application.Allow(Timeout.InfiniteTimeSpan);
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Do(fixture.Effects.WorkEnds);
        fixture.Pass(TimeSpan.FromDays(30));
        Assert.DoesNotContain(fixture.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));

        fixture.Force();
        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.Equal(1, fixture.Journal.Count(HardEnd("the test")));
    }

    // Idle connections are not work: nobody is to hear that nothing was cut, and the application has its time.
    [Fact]
    public void Drain_TimeoutPassesWithNothingInProgress_CutsNothingAndLeavesTheApplicationItsTime()
    {
        LifecycleFixture fixture = LifecycleFixture.ShuttingDown();
        fixture.Context.Application.Allow(TimeSpan.FromSeconds(180));
        fixture.Pass(fixture.Options.DrainTimeout);
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        Assert.Contains("NothingCut", fixture.Logger.EventNames);
        Assert.DoesNotContain("Forced", fixture.Logger.EventNames);

        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.DoesNotContain(HardEnd("the drain timeout of 60 s"), fixture.Journal.Entries);
    }

    [Fact]
    public void HostTimeIsUp_WhileDraining_CutsAndLeavesTheApplicationItsTime()
    {
        LifecycleFixture fixture = LifecycleFixture.ShuttingDown();
        fixture.Effects.Open = new OpenWork(Connections: 1, Requests: 1);
        fixture.Do(() => fixture.Lifecycle.Shutdown.HostTimeIsUp(By("the host")));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        Assert.Contains(fixture.Logger.Lines, l => l.Text.EndsWith("forced by the host: cut 1 connections and 1 requests", StringComparison.Ordinal));

        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.DoesNotContain(HardEnd("the host"), fixture.Journal.Entries);
    }

    [Fact]
    public void Drain_Fails_IsLoggedAndTheDrainTimeoutStillHolds()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(() => fixture.Effects.DrainFails(new InvalidOperationException("a server's defect")));
        Assert.Contains("DrainFailed", fixture.Logger.EventNames);
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);

        fixture.Pass(fixture.Options.DrainTimeout);
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }
}
