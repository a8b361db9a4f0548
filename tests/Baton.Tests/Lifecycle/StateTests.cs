using Baton.Handover;
using Baton.Lifecycle;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>State goes over while nobody accepts: saved, then sent, then loaded, each within its limit and with a way back.</summary>
public class StateTests
{
    private static readonly StateRow[] Hits = [new("hits", 1, 0, "")];

    [Fact]
    public void SuccessorReady_StateIsSavedBeforeAnythingIsPassed()
    {
        LifecycleFixture fixture = Saving(out _);
        fixture.Journal.AssertOrder("close gate", "save hits");
        Assert.Equal(0, fixture.Journal.Count("pass at commit 4711"));

        fixture.Do(() => fixture.Effects.State.Ends());
        fixture.Journal.AssertOrder("save hits", "keep state", "pass at commit 4711");
        fixture.Do(() => fixture.Successor.SaysLoaded());
        fixture.Journal.AssertOrder("pass at commit 4711", "commit 4711");
    }

    [Fact]
    public async Task Save_ThatFails_BacksTheRestartOutWithItsWords()
    {
        LifecycleFixture fixture = Saving(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Effects.State.Ends("state hits could not be saved: no"));
        fixture.Journal.AssertOrder("drop state", "kill 4711", "forget state", "open gate");
        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.PreparationFailed, failure.Failure);
        Assert.Contains("state hits could not be saved: no", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Journal.Count("pass at commit 4711"));
        AssertServesOn(fixture);
    }

    [Fact]
    public async Task Save_ThatIsLate_BacksTheRestartOut()
    {
        LifecycleFixture fixture = Saving(out Task<RestartRecord> outcome);
        fixture.Pass(fixture.Options.StateTimeout);
        fixture.Journal.AssertOrder("give up state, within 10 s", "drop state", "kill 4711", "open gate");
        fixture.Do(() => fixture.Effects.State.Ends());
        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        Assert.Contains("state hits was not done", (await outcome.Failure()).Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Journal.Count("pass at commit 4711"));
        AssertServesOn(fixture);
    }

    [Fact]
    public void Save_OfOptionalStateThatIsLate_GoesOnWithout()
    {
        LifecycleFixture fixture = Saving(out _);
        fixture.Effects.State.Missing = null;
        fixture.Pass(fixture.Options.StateTimeout);
        fixture.Journal.AssertOrder("give up state, within 10 s", "keep state", "pass at commit 4711");
        fixture.Do(() => fixture.Effects.State.Ends());
        Assert.Equal(1, fixture.Journal.Count("pass at commit 4711"));
    }

    [Fact]
    public async Task Save_WithoutAThread_BacksTheRestartOut()
    {
        LifecycleFixture fixture = Prepared(out Task<RestartRecord> outcome);
        fixture.Effects.State.Failure = new RestartException(RestartFailure.SpawnFailed, "no thread");
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Do(() => fixture.Successor.EndsBySignal(9));
        Assert.Contains("no thread", (await outcome.Failure()).Message, StringComparison.Ordinal);
        fixture.Effects.State.Failure = null;
        AssertServesOn(fixture);
    }

    [Fact]
    public void Save_ForASuccessorThatKnowsNoState_IsLeftOutAndLogged()
    {
        LifecycleFixture fixture = Prepared(out _);
        fixture.Effects.State.SuccessorLoads = false;
        fixture.Do(() => fixture.Successor.SaysReady());
        Assert.Equal(0, fixture.Journal.Count("save hits"));
        fixture.Journal.AssertOrder("close gate", "log StateNotPassed", "pass at commit 4711");
    }

    // The successor's own limit comes first, so that it can say which item was late.
    [Fact]
    public async Task Successor_ThatDoesNotSayLoaded_HasTheTimeOfTheStateToo()
    {
        LifecycleFixture fixture = Saving(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Effects.State.Ends());
        fixture.Pass(fixture.Options.HandshakeTimeout);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        fixture.Pass(fixture.Options.StateTimeout);
        fixture.Journal.AssertOrder("kill 4711", "forget state", "open gate");
        fixture.Do(() => fixture.Successor.EndsBySignal(9));
        Assert.Equal(RestartFailure.ReadyTimedOut, (await outcome.Failure()).Failure);
    }

    [Fact]
    public void Load_ThatSucceeds_IsSaidAndTheGateWaitsForTheCommit()
    {
        LifecycleFixture fixture = Loading();
        Assert.Equal(0, fixture.Journal.Count("tell predecessor Loaded { }"));
        fixture.Do(() => fixture.Effects.State.Ends());
        Assert.Equal(1, fixture.Journal.Count("tell predecessor Loaded { }"));
        Assert.Equal(0, fixture.Journal.Count("open gate"));
        fixture.Do(() => fixture.Lifecycle.Start.Serve(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal(0, fixture.Journal.Count("log StateMissing"));
    }

    [Fact]
    public void Load_ThatFailsOrIsLate_EndsTheSuccessorWithItsWords()
    {
        LifecycleFixture fixture = Loading();
        fixture.Do(() => fixture.Effects.State.Ends("state hits could not be loaded: no"));
        fixture.Journal.AssertOrder(
            "drop state", "end process with 1: it was to take over, but it could not load what it was passed: state hits could not be loaded: no");

        LifecycleFixture late = Loading();
        late.Pass(late.Options.StateTimeout);
        late.Journal.AssertOrder(
            "give up state, within 10 s", "end process with 1: it was to take over, but it could not load what it was passed: state hits was not done");
        late.Do(() => late.Effects.State.Ends());
        Assert.Equal(0, late.Journal.Count("tell predecessor Loaded { }"));
    }

    // Whoever lives serves: with the state if it can be loaded, else without.
    [Theory]
    [InlineData(null)]
    [InlineData("state hits could not be loaded: no")]
    public void Predecessor_ThatDiesWhileItsSuccessorLoads_LeavesItToServeOnceThatHasEnded(string? problem)
    {
        LifecycleFixture fixture = Loading();
        fixture.Do(() => fixture.Lifecycle.Handle(new PeerEvent.Ended()));
        Assert.Equal(0, fixture.Journal.Count("open gate"));
        fixture.Do(() => fixture.Effects.State.Ends(problem));
        Assert.Equal(1, fixture.Journal.Count("open gate"));
        Assert.Equal(problem is null ? 0 : 1, fixture.Journal.Count("log StateLost"));
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
    }

    [Fact]
    public void Predecessor_ThatDiesBeforeItPassesState_LeavesASuccessorThatSaysWhatIsMissing()
    {
        LifecycleFixture fixture = Successor();
        fixture.Do(() => fixture.Lifecycle.Handle(new PeerEvent.Ended()));
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
        Assert.Equal(1, fixture.Journal.Count("log StateMissing"));
    }

    [Fact]
    public void Load_OfANameThatNobodyHas_IsLogged()
    {
        LifecycleFixture fixture = Successor();
        fixture.Do(() => fixture.Lifecycle.Inherited.Load([new StateRow("old", 1, 0, "")]));
        Assert.Equal(1, fixture.Journal.Count("log StateUnknown"));
        fixture.Do(() => fixture.Effects.State.Ends());
        fixture.Do(() => fixture.Lifecycle.Start.Serve(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal(1, fixture.Journal.Count("log StateMissing"));
    }

    [Fact]
    public void CompleteRestart_PassesNoStateAndSaysSo()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Effects.State.Names = ["hits"];
        fixture.Options.Strategy = RestartStrategy.Complete;
        _ = fixture.AskRestart();
        Assert.Equal(1, fixture.Journal.Count("log StateNotInComplete"));
        Assert.Equal(0, fixture.Journal.Count("save hits"));
    }

    private static LifecycleFixture Prepared(out Task<RestartRecord> outcome)
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out outcome);
        fixture.Context.CommitSteps.Add(new StateStep(fixture.Context));
        fixture.Effects.State.Names = ["hits"];
        fixture.Successor.Loads = true;
        return fixture;
    }

    private static LifecycleFixture Saving(out Task<RestartRecord> outcome)
    {
        LifecycleFixture fixture = Prepared(out outcome);
        fixture.Do(() => fixture.Successor.SaysReady());
        return fixture;
    }

    private static LifecycleFixture Successor()
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Effects.State.Names = ["hits"];
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        return fixture;
    }

    private static LifecycleFixture Loading()
    {
        LifecycleFixture fixture = Successor();
        fixture.Do(() => fixture.Lifecycle.Inherited.Load(Hits));
        return fixture;
    }

    private static void AssertServesOn(LifecycleFixture fixture)
    {
        Assert.Equal(0, fixture.Journal.Count("commit 4711"));
        fixture.AssertServesAndCanRestart();
    }
}
