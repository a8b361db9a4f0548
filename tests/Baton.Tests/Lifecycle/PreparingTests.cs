using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>
/// What this process does between the closing of its gate and the commit: one step after the other, each bounded, and taken back
/// in the reverse order when the restart fails.
/// </summary>
public class PreparingTests
{
    private readonly LifecycleFixture _fixture = LifecycleFixture.Serving();
    private readonly FakeStep _services;
    private readonly FakeStep _state;

    public PreparingTests()
    {
        (_services, _state) = (new FakeStep("services", _fixture.Journal), new FakeStep("state", _fixture.Journal));
        _fixture.Context.CommitSteps.AddRange([_services, _state]);
    }

    private int Opened => _fixture.Journal.Count("open gate");

    [Fact]
    public void SuccessorReady_Steps_AreTakenOneAfterTheOtherBeforeTheCommit()
    {
        _ = Ready();
        Assert.Equal(0, _fixture.Journal.Count("begin state"));
        _fixture.Do(() => _services.Ends());
        Assert.Equal(0, _fixture.Journal.Count("name 4711"));
        _fixture.Do(() => _state.Ends());

        _fixture.Journal.AssertOrder("close gate", "begin services", "begin state", "name 4711", "commit 4711", "drain");
        Assert.Equal(0, _fixture.Journal.Count("undo services"));
        Assert.Equal(1, Opened);
    }

    [Fact]
    public void SuccessorReady_StepsWithoutWork_AreNotBegun()
    {
        (_services.HasWork, _state.HasWork) = (false, false);
        _ = Ready();

        Assert.Equal(0, _fixture.Journal.Count("begin services"));
        _fixture.Journal.AssertOrder("close gate", "commit 4711");
    }

    [Fact]
    public async Task Step_Fails_EarlierOnesAreTakenBackInReverseAndTheGateOpens()
    {
        Task<RestartRecord> outcome = Ready();
        _fixture.Do(() => _services.Ends());
        _fixture.Do(() => _state.Ends("the cart could not be saved"));

        _fixture.Journal.AssertOrder("kill 4711", "undo state", "undo services", "open gate");
        await AssertBackedOutAsync(outcome, "was ready, but could not be told to serve: the cart could not be saved");
    }

    [Fact]
    public async Task Step_Throws_IsTheSame()
    {
        _services.Failure = new InvalidOperationException("no thread");
        Task<RestartRecord> outcome = Ready();

        _fixture.Journal.AssertOrder("kill 4711", "undo services", "open gate");
        Assert.Equal(0, _fixture.Journal.Count("begin state"));
        _fixture.Do(() => _services.Ends());
        await AssertBackedOutAsync(outcome, "no thread", RestartFailure.ProtocolError);
    }

    [Fact]
    public void Step_ThatIsLateAndMayBeLeftBehind_IsPassedOverAndItsEndMeansNothing()
    {
        _services.IsLeftBehind = true;
        _ = Ready();
        _fixture.Pass(_services.Limit);
        Assert.Equal(1, _fixture.Journal.Count("begin state"));
        _fixture.Do(() => _services.Ends());
        Assert.Equal(0, _fixture.Journal.Count("commit 4711"));
        _fixture.Do(() => _state.Ends());

        _fixture.Journal.AssertOrder("close gate", "begin services", "begin state", "commit 4711");
        Assert.Equal(0, _fixture.Journal.Count("undo services"));
        Assert.Equal(1, Opened);
    }

    [Fact]
    public async Task Step_TakesLongerThanItsLimit_IsGivenUpAndItsEndMeansNothing()
    {
        Task<RestartRecord> outcome = Ready();
        _fixture.Pass(_services.Limit);

        _fixture.Journal.AssertOrder("kill 4711", "undo services", "open gate");
        _fixture.Do(() => _services.Ends());
        Assert.Equal(0, _fixture.Journal.Count("begin state"));
        await AssertBackedOutAsync(outcome, "services were not done within 10 s");

        // The end of the one that was given up is not that of the next restart's.
        _fixture.Do(() => _fixture.Successor.SaysReady());
        _fixture.Do(() => _services.EndsLate());
        Assert.Equal(0, _fixture.Journal.Count("begin state"));
    }

    [Fact]
    public void Step_EndsTwice_CountsOnce()
    {
        _ = Ready();
        _fixture.Do(() => _services.Ends());
        _fixture.Do(() => _services.Ends("late"));

        Assert.Equal(1, _fixture.Journal.Count("begin state"));
        Assert.Equal(0, _fixture.Journal.Count("undo services"));
    }

    [Fact]
    public async Task Successor_EndsMeanwhile_ThePredecessorServesOnAtOnce()
    {
        Task<RestartRecord> outcome = Ready();
        _fixture.Do(() => _fixture.Successor.EndsBySignal(9));

        _fixture.Journal.AssertOrder("undo services", "open gate");
        Assert.Equal(RestartFailure.SuccessorExited, (await outcome.Failure()).Failure);
        _fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Successor_FailsMeanwhile_ThePredecessorServesOnAtOnce()
    {
        Task<RestartRecord> outcome = Ready();
        _fixture.Do(() => _fixture.Successor.SaysFailed("no room"));

        _fixture.Journal.AssertOrder("undo services", "open gate");
        _fixture.Do(() => _fixture.Successor.Exits(1));
        Assert.Equal(RestartFailure.SuccessorFailed, (await outcome.Failure()).Failure);
        _fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Shutdown_Meanwhile_KillsTheSuccessorAndGoesOn()
    {
        Task<RestartRecord> outcome = Ready();
        _fixture.Shutdown();
        Assert.Equal(1, _fixture.Journal.Count("kill 4711"));
        _fixture.Do(() => _services.Ends());
        _fixture.Do(() => _fixture.Successor.EndsBySignal(9));

        Assert.Equal(0, _fixture.Journal.Count("commit 4711"));
        Assert.Equal(RestartFailure.Stopping, (await outcome.Failure()).Failure);
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
    }

    private Task<RestartRecord> Ready()
    {
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Do(() => _fixture.Successor.SaysReady("tcp:127.0.0.1:80"));
        return outcome;
    }

    private async Task AssertBackedOutAsync(
        Task<RestartRecord> outcome, string words, RestartFailure failure = RestartFailure.PreparationFailed)
    {
        _fixture.Do(() => _fixture.Successor.EndsBySignal(9));
        RestartException said = await outcome.Failure();
        Assert.Equal(failure, said.Failure);
        Assert.Contains(words, said.Message);
        Assert.Equal(0, _fixture.Journal.Count("commit 4711"));
        _fixture.AssertServesAndCanRestart();
    }
}
