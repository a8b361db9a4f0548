using Baton.Handover;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>Whom force reaches when a successor was rolled back: the one that departs, never the one that serves.</summary>
public class ForceTests
{
    private static readonly GenerationStatus Slow =
        new()
        {
            Pid = 99, Generation = 99, State = ProcessState.ShuttingDown, Connections = new Dictionary<string, int> { ["http/1.1"] = 1 }, RequestCount = 1,
            Requests = [new OpenRequest { Path = "/slow", Age = TimeSpan.Zero }],
        };

    // From a connection to the successor, an older control connection, or a signal there.
    [Fact]
    public void RolledBackSuccessorAsksForForce_ThePredecessorServesOn()
    {
        LifecycleFixture fixture = RolledBack();
        fixture.Do(() => fixture.Successor.AsksForce("somebody at the successor"));
        Assert.Equal(0, fixture.Journal.Count("cut"));
        Assert.Contains("ForceIgnored", fixture.Logger.EventNames);
        fixture.AssertServesAndCanRestart();
    }

    // The next restart is under way, or on probation itself: the first successor is none of its processes.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RolledBackSuccessorAsksForForce_WhileThePredecessorRestartsAgain_NothingHappens(bool committed)
    {
        LifecycleFixture fixture = RolledBack();
        FakeSuccessor first = fixture.Successor;
        fixture.AskRestart();
        if (committed)
        {
            fixture.Do(() => fixture.Successor.SaysReady());
        }

        ProcessState before = fixture.Lifecycle.State;
        fixture.Do(() => first.AsksForce("somebody at the successor"));
        Assert.Equal((committed ? ProcessState.HandedOver : ProcessState.Restarting, 0), (before, fixture.Journal.Count("cut")));
        Assert.Equal(before, fixture.Lifecycle.State);
    }

    // It was asked to end before it knew of the roll back: the service was meant, and then to hurry.
    [Fact]
    public void RolledBackSuccessorWasAskedToShutDown_ThenForce_BothEnd()
    {
        LifecycleFixture fixture = RolledBack();
        fixture.Do(() => fixture.Successor.SaysStopping("SIGTERM"));
        fixture.Do(() => fixture.Successor.AsksForce("a second signal, SIGTERM"));
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    [Fact]
    public void RolledBackSuccessor_UntilItEnds_IsCountedAndCanBeForced()
    {
        LifecycleFixture fixture = RolledBack();
        DepartingProcess departing = Assert.Single(fixture.Effects.Returned);
        Assert.Equal((FakeEffects.FirstSuccessorPid, 2, ProcessState.ShuttingDown), (departing.Pid, departing.Generation, departing.Status().State));

        // Who it is its predecessor knows better.
        fixture.Do(() => fixture.Successor.SaysRemaining(Slow));
        Assert.Equal((FakeEffects.FirstSuccessorPid, 2, 1), (departing.Status().Pid, departing.Status().Generation, departing.Status().RequestCount));

        fixture.Do(() => departing.Force(By("an operator")));
        fixture.Journal.AssertOrder("tell 4711 TakenBack { }", "tell 4711 Force { Trigger = an operator }");
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Successor.Exits(124));
        Assert.Empty(fixture.Effects.Returned);
    }

    [Fact]
    public void RolledBackSuccessor_DoesNotEndAlthoughForced_IsKilled()
    {
        LifecycleFixture fixture = RolledBack();
        fixture.Do(() => fixture.Effects.Returned[0].Force(By("an operator")));
        fixture.Pass(fixture.Options.HookTimeout + (2 * fixture.Options.ExitTimeout));
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
    }

    // A restart that was held begins with the roll back: it must find the successor counted.
    [Fact]
    public void RolledBackSuccessor_ARestartWasHeld_IsCountedBeforeThatBegins()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysUnhealthy("no database"));
        fixture.Journal.AssertOrder("count 4711", "force older down to 1", "start generation 2");
    }

    // One that was killed needs no force.
    [Fact]
    public void SuccessorDies_IsNotCounted()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(() => fixture.Successor.EndsBySignal(11));
        Assert.Equal(0, fixture.Journal.Count("count 4711"));
    }

    [Fact]
    public void TakenBack_WorkIsOpen_ThePredecessorHearsWhatIsLeftEachSecond()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("no database"));
        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        int said = Remaining(fixture);
        fixture.Pass(TimeSpan.FromSeconds(1));
        fixture.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 3), (said, Remaining(fixture)));
    }

    // Asked while it waits to be relieved: it must not become a shutdown of the service.
    [Fact]
    public void GivesBack_ForceDrain_WaitsUntilItIsRelievedAndCutsItsOwn()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("no database"));
        fixture.Do(() => Assert.True(fixture.Lifecycle.Shutdown.ForceDrain(By("an operator"))));
        Assert.Equal((ProcessState.OnProbation, 0), (fixture.Lifecycle.State, fixture.Journal.Count("cut")));

        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.DoesNotContain(fixture.Journal.Entries, e => e.StartsWith("tell predecessor Stopping", StringComparison.Ordinal) || e.StartsWith("tell predecessor Force", StringComparison.Ordinal));
    }

    [Fact]
    public void GivesBack_ForceDrainAndThePredecessorIsGone_ServesOnAndCutsNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("no database"));
        fixture.Do(() => fixture.Lifecycle.Shutdown.ForceDrain(By("an operator")));
        fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft("the predecessor is gone"));
        Assert.Equal((ProcessState.Serving, 0), (fixture.Lifecycle.State, fixture.Journal.Count("cut")));
        Assert.Equal("open gate", fixture.Journal.Entries.Last(e => e.EndsWith(" gate", StringComparison.Ordinal)));
    }

    // Of one that was paused: this process serves, whatever the predecessor believes.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PredecessorAsksForForce_OfOneThatServes_IsIgnored(bool confirmed)
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        if (confirmed)
        {
            fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        }

        ProcessState before = fixture.Lifecycle.State;
        fixture.Do(() => fixture.Lifecycle.Shutdown.ForceAskedByPredecessor(By("somebody")));
        Assert.Equal((before, 0), (fixture.Lifecycle.State, fixture.Journal.Count("cut")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PredecessorAsksForForce_OfOneThatEnds_CutsIt(bool takenBack)
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(takenBack ? fixture.Lifecycle.Probation.TakenBack : () => fixture.Lifecycle.Shutdown.Request(By("SIGTERM")));
        fixture.Do(() => fixture.Lifecycle.Shutdown.ForceAskedByPredecessor(By("somebody")));
        Assert.Equal(1, fixture.Journal.Count("cut"));
    }

    private static int Remaining(LifecycleFixture fixture) => fixture.Journal.Entries.Count(e => e.StartsWith("tell predecessor Remaining", StringComparison.Ordinal));

    private static LifecycleFixture RolledBack()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(() => fixture.Successor.SaysUnhealthy("no database"));
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
        return fixture;
    }
}
