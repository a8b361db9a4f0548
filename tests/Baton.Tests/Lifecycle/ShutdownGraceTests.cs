using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>The time between a shutdown that was asked and its begin, and who hears that nobody else serves.</summary>
public class ShutdownGraceTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Shutdown_WithGrace_GoesOnServingAndThenDrains(bool accepts)
    {
        LifecycleFixture fixture = Serving(accepts);
        fixture.Shutdown();
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.Equal(accepts ? 0 : 1, fixture.Journal.Count("close gate"));
        Assert.Equal(1, fixture.Journal.Count("announce Stopping"));

        fixture.Pass(Grace - TimeSpan.FromTicks(1));
        Assert.Equal(0, fixture.Journal.Count("drain") + fixture.Journal.Count("announce stopping"));
        fixture.Pass(TimeSpan.FromTicks(1));

        fixture.Journal.AssertOrder("close gate", "release all but []", "drain", "nobody serves", "announce stopping");
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    // The drain has all its time after the grace.
    [Fact]
    public void Shutdown_WithGrace_TheDrainTimeoutBeginsAtItsEnd()
    {
        LifecycleFixture fixture = Serving(accepts: true);
        fixture.Shutdown();
        fixture.Pass(Grace);
        fixture.Pass(fixture.Options.DrainTimeout - TimeSpan.FromTicks(1));
        Assert.Equal(0, fixture.Journal.Count("cut"));
        fixture.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(1, fixture.Journal.Count("cut"));
    }

    [Fact]
    public void SecondSignal_InTheGrace_EndsItAtOnce()
    {
        LifecycleFixture fixture = Serving(accepts: true);
        fixture.Do(() => fixture.Signals.Arrived(System.Runtime.InteropServices.PosixSignal.SIGTERM));
        Assert.Equal(0, fixture.Journal.Count("close gate"));
        fixture.Do(() => fixture.Signals.Arrived(System.Runtime.InteropServices.PosixSignal.SIGTERM));
        fixture.Journal.AssertOrder("close gate", "release all but []", "drain", "cut");
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);

        // Its end comes later all the same, and means nothing.
        fixture.Pass(Grace);
        Assert.Equal(1, fixture.Journal.Count("drain"));
    }

    [Fact]
    public void Restart_AskedInTheGrace_IsRefused()
    {
        LifecycleFixture fixture = Serving(accepts: true);
        fixture.Shutdown();
        Assert.True(fixture.AskRestart().IsFaulted);
        Assert.Equal(0, fixture.Journal.Count("start generation 2"));
    }

    // Nobody is connected, and nobody can come.
    [Fact]
    public void Shutdown_NobodyIsConnectedAnyMore_EndsTheGraceEarly()
    {
        LifecycleFixture fixture = Serving(accepts: false);
        fixture.Shutdown();
        fixture.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(0, fixture.Journal.Count("drain"));
        fixture.Effects.Open = default;
        fixture.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fixture.Journal.Count("drain"));
    }

    // A server that is not Baton's may have connections that nobody counts.
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Shutdown_SomebodyMayStillCome_KeepsTheGrace(bool accepts, bool counts)
    {
        LifecycleFixture fixture = Serving(accepts);
        (fixture.Effects.Open, fixture.Effects.CountsConnections) = (default, counts);
        fixture.Shutdown();
        fixture.Pass(Grace - TimeSpan.FromTicks(1));
        Assert.Equal(0, fixture.Journal.Count("drain"));
        fixture.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(1, fixture.Journal.Count("drain"));
    }

    // It serves nobody yet.
    [Fact]
    public void Shutdown_StillStarting_HasNoGrace()
    {
        var fixture = new LifecycleFixture();
        fixture.Options.ShutdownIdleGrace = Grace;
        fixture.Shutdown();
        Assert.Equal(1, fixture.Journal.Count("drain"));
    }

    [Fact]
    public void Shutdown_DuringARestartWithGrace_KillsTheSuccessorAndServesOn()
    {
        LifecycleFixture fixture = Serving(accepts: true);
        fixture.AskRestart();
        fixture.Shutdown();
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
        Assert.Equal(0, fixture.Journal.Count("close gate"));
    }

    [Fact]
    public void HandedOver_ASuccessorServes_NobodyHearsOtherwise()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        Assert.Equal(0, fixture.Journal.Count("nobody serves"));
    }

    [Theory]
    [InlineData(0)] // It was shut down.
    [InlineData(1)]
    public void SuccessorEnds_WhileThisProcessDrains_NobodyServes(int exitCode)
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(() => fixture.Successor.Exits(exitCode));
        Assert.Equal(1, fixture.Journal.Count("nobody serves"));
    }

    [Fact]
    public void SuccessorEnds_ItHasHandedOn_ItsSuccessorServes()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(() => fixture.Successor.HandsOn());
        fixture.Do(() => fixture.Successor.Exits(0));
        Assert.Equal(0, fixture.Journal.Count("nobody serves"));
    }

    // Both end. The successor serves until its own grace is over.
    [Fact]
    public void Shutdown_DuringTheProbation_IdleConnectionsHereAreKeptForTheGrace()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Options.ShutdownIdleGrace = Grace;
        fixture.Shutdown();
        Assert.Equal(0, fixture.Journal.Count("nobody serves"));
        fixture.Pass(Grace);
        Assert.Equal(1, fixture.Journal.Count("nobody serves"));
    }

    // The predecessor serves again.
    [Fact]
    public void TakenBack_NobodyHearsThatNobodyServes()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("the test"));
        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        Assert.Equal(1, fixture.Journal.Count("drain"));
        Assert.Equal(0, fixture.Journal.Count("nobody serves"));
    }

    // The gap of a complete restart lasts as long as its drain.
    [Fact]
    public void CompleteRestart_WhileItDrains_NobodyServes()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.Strategy = RestartStrategy.Complete;
        fixture.AskRestart();
        fixture.Journal.AssertOrder("close gate", "drain", "nobody serves");
    }

    private static LifecycleFixture Serving(bool accepts)
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        (fixture.Options.ShutdownIdleGrace, fixture.Options.AcceptDuringShutdownIdleGrace) = (Grace, accepts);
        fixture.Effects.Open = new OpenWork(Connections: 1, Requests: 0);
        return fixture;
    }
}
