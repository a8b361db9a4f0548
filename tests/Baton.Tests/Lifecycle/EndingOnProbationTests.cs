using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>Shutdown and force while a probation goes on: the service is meant, so both processes end and nobody takes over again.</summary>
public class EndingOnProbationTests
{
    [Fact]
    public async Task Shutdown_HandedOver_TellsTheSuccessorAndWaitsForItsEnd()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out Task<RestartRecord> outcome, "unix:/run/app.sock");
        fixture.Shutdown();
        Assert.Equal(1, fixture.Journal.Count("tell 4711 Shutdown { Trigger = the test }"));

        // The path is the successor's to remove.
        Assert.Equal(1, fixture.Journal.Count("release all but [unix:/run/app.sock]"));
        Assert.Equal(RestartFailure.Stopping, (await outcome.Failure()).Failure);

        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Successor.Exits(0));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        Assert.DoesNotContain("RolledBack", fixture.Logger.EventNames);
    }

    [Fact]
    public void Shutdown_HandedOverAndTheSuccessorEndsFirst_StillFinishesItsWork()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Shutdown();
        fixture.Do(() => fixture.Successor.Exits(0));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    // It does not listen: it is killed before this process ends hard, or it would stay behind.
    [Fact]
    public void Shutdown_HandedOverAndTheSuccessorStays_IsKilledInTheEnd()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Shutdown();
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(1, fixture.Journal.Count("tell 4711 Shutdown { Trigger = the test }"));

        // It has the same time as this process, and may have begun to count a little later.
        fixture.Pass(fixture.Options.DrainTimeout);
        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        fixture.Pass(fixture.Options.ExitTimeout);
        string end = Assert.Single(fixture.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));
        fixture.Journal.AssertOrder("kill 4711", end);
    }

    [Fact]
    public async Task SuccessorIsAskedToShutDown_OnProbation_ThisProcessEndsTooAndIsNotRolledBack()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out Task<RestartRecord> outcome, "unix:/run/app.sock");
        fixture.Do(() => fixture.Successor.SaysStopping("SIGTERM"));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.DoesNotContain("RolledBack", fixture.Logger.EventNames);
        Assert.Equal(1, fixture.Journal.Count("release all but [unix:/run/app.sock]"));
        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.Stopping, failure.Failure);
        Assert.Contains("was then asked to shut down by SIGTERM", failure.Message, StringComparison.Ordinal);

        fixture.Do(fixture.Effects.WorkEnds);
        fixture.Do(() => fixture.Successor.Exits(0));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    [Fact]
    public void Shutdown_OnProbation_SaysWhyBeforeItStops()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Shutdown();
        fixture.Journal.AssertOrder("tell predecessor Stopping { Trigger = the test }", "close gate", "release all but []", "drain", "announce stopping");
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.True(fixture.Lifecycle.Probation.Ended.IsCompleted);
    }

    [Fact]
    public void Force_HandedOver_CutsHereAndForcesTheSuccessor()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Force();
        fixture.Journal.AssertOrder("tell 4711 Shutdown { Trigger = the test }", "cut", "tell 4711 Force { Trigger = the test }");
        fixture.Do(() => fixture.Successor.Exits(124));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    [Fact]
    public void Force_OnProbation_CutsAndEnds()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Force();
        fixture.Journal.AssertOrder("tell predecessor Stopping { Trigger = the test }", "cut");
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    [Fact]
    public void Force_AfterTakenBack_CutsAndEnds()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("no database"));
        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        fixture.Force();
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    // One that was given back and still finishes its work is not the one that the end of the service waits for.
    [Fact]
    public void Shutdown_AnEarlierSuccessorEnds_StillWaitsForTheLastOne()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        FakeSuccessor first = fixture.Successor;
        fixture.Do(() => first.SaysUnhealthy("no database"));
        fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Shutdown();
        fixture.Do(fixture.Effects.WorkEnds);
        fixture.Do(() => first.Exits(1));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Successor.Exits(0));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    // It may be about to hand over.
    [Fact]
    public void Shutdown_StartingAsSuccessor_TellsThePredecessorThatItWillNotServe()
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        fixture.Shutdown();
        fixture.Journal.AssertOrder("announce ready", "tell predecessor Failed { Reason = it was asked to shut down by the test }");
        fixture.Do(() => fixture.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.Zero));
        Assert.Equal(0, fixture.Journal.Count("open gate"));
    }

    // It gave this process up, which was stopped for too long, and has now one too many: that is no reason to end the service.
    [Fact]
    public void ForceAsked_HandedOver_EndsThisProcessOnly()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(() => fixture.Successor.AsksForce("too many"));
        fixture.Journal.AssertOrder("confirm 4711", "cut");
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        Assert.DoesNotContain("ShutdownAsked", fixture.Logger.EventNames);
    }

    [Fact]
    public void ForceAsked_HandedOverByOneThatHasEnded_IsVoid()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Successor.Lives = false;
        fixture.Do(() => fixture.Successor.AsksForce("too many"));
        fixture.Do(() => fixture.Successor.EndsBySignal(9));
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
    }

    // A later generation has too many before it.
    [Fact]
    public void ForceAsked_Draining_CutsAndEnds()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(() => fixture.Successor.AsksForce("too many"));
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        Assert.DoesNotContain("ShutdownAsked", fixture.Logger.EventNames);
    }
}
