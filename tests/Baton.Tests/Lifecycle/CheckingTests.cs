using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>What is looked at before anything is begun: the program, and its own check.</summary>
public class CheckingTests
{
    private readonly LifecycleFixture _fixture = LifecycleFixture.Serving();

    public CheckingTests() => _fixture.Options.CheckArguments.Add("--check");

    [Fact]
    public async Task Program_MayNotBeStarted_IsRefusedAndNothingHasChanged()
    {
        _fixture.Effects.ChoiceFailure = new RestartException(RestartFailure.ProgramRefused, "/tmp/app is in no allowed directory.");
        int before = _fixture.Journal.Entries.Count;
        RestartException refusal = await _fixture.AskRestart(program: "/tmp/app").Failure();
        Assert.Equal(RestartFailure.ProgramRefused, refusal.Failure);
        Assert.Equal(["log RestartRefused", "announce RestartRefused"], _fixture.Journal.Entries.Skip(before));
        Assert.Empty(_fixture.Lifecycle.Restarts.History);

        _fixture.Effects.ChoiceFailure = null;
        _fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public void Check_GoesOn_NothingIsStarted()
    {
        _fixture.AskRestart(program: "/srv/releases/2/app");
        Assert.Contains("check /srv/releases/2/app", _fixture.Journal.Entries);
        Assert.DoesNotContain("start generation 2", _fixture.Journal.Entries);
        Assert.Equal(ProcessState.Restarting, _fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Check_Passes_TheSuccessorIsStartedAndTheTimeCounted()
    {
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Pass(TimeSpan.FromSeconds(3));
        _fixture.Do(() => _fixture.Effects.CheckEnds(defect: null));
        _fixture.Do(() => _fixture.Successor.SaysReady());
        Assert.Equal(("check", TimeSpan.FromSeconds(3)), ((await outcome.Soon()).Phases[0].Name, (await outcome).Phases[0].Duration));
    }

    [Fact]
    public async Task Check_Fails_NamesTheDefectAndThisProcessServesOn()
    {
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Do(() => _fixture.Effects.CheckEnds("appsettings.json: line 3 is no JSON"));

        RestartException failure = await outcome.Failure();
        Assert.Equal((RestartFailure.CheckFailed, "appsettings.json: line 3 is no JSON"), (failure.Failure, failure.SuccessorWords));
        Assert.Equal(["check"], failure.Phases.Select(p => p.Name));
        Assert.Equal(0, _fixture.Journal.Count("close gate"));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);

        _ = _fixture.AskRestart();
        _fixture.Do(() => _fixture.Effects.CheckEnds(defect: null));
        Assert.Equal(1, _fixture.Journal.Count("start generation 2"));
    }

    [Fact]
    public async Task Check_AShutdownIsAsked_IsGivenUpAndItsResultMeansNothing()
    {
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Shutdown();
        Assert.Equal(1, _fixture.Journal.Count("give up the check"));
        Assert.Equal(RestartFailure.Stopping, (await outcome.Failure()).Failure);

        _fixture.Do(() => _fixture.Effects.CheckEnds(defect: null));
        Assert.DoesNotContain("start generation 2", _fixture.Journal.Entries);
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
    }

    // Before the new one is started: there are never more than may live.
    [Fact]
    public void MaxGenerations_BeforeTheStart_ForcesTheOldest()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.MaxGenerations = 5;
        fixture.AskRestart();
        fixture.Journal.AssertOrder("force older down to 3", "start generation 2");
    }
}
