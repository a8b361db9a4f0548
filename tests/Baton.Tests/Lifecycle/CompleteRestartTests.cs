using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>A restart without handover: stop, finish, start, end.</summary>
public class CompleteRestartTests
{
    private readonly LifecycleFixture _fixture = LifecycleFixture.Serving();

    public CompleteRestartTests() => _fixture.Options.Strategy = RestartStrategy.Complete;

    [Fact]
    public async Task Restart_Complete_StartsTheProgramWhenTheWorkIsDoneAndEnds()
    {
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Journal.AssertOrder("close gate", "drain");
        Assert.Equal(ProcessState.Restarting, _fixture.Lifecycle.State);
        _fixture.Pass(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("start generation 2 plainly", _fixture.Journal.Entries);

        _fixture.Do(_fixture.Effects.WorkEnds);

        _fixture.Journal.AssertOrder("start generation 2 plainly", "release all but []", "announce stopping");
        RestartRecord done = await outcome.Soon();
        Assert.Equal((FakeEffects.FirstSuccessorPid, 2, RestartStrategy.Complete), (done.SuccessorPid, done.Generation, done.Strategy));
        Assert.Equal([("drain", 2), ("spawn", 0)], done.Phases.Select(p => (p.Name, (int)p.Duration.TotalSeconds)));
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Restart_HandoverIsNotPossibleHere_IsComplete()
    {
        _fixture.Options.Strategy = RestartStrategy.Handover;
        _fixture.Effects.CanHandOver = false;
        _fixture.AskRestart();
        _fixture.Do(_fixture.Effects.WorkEnds);
        Assert.Equal(1, _fixture.Journal.Count("start generation 2 plainly"));
    }

    [Fact]
    public void Restart_WorkDoesNotEnd_IsCutAfterTheDrainTimeout()
    {
        _fixture.AskRestart();
        _fixture.Pass(_fixture.Options.DrainTimeout);
        _fixture.Journal.AssertOrder("cut", "start generation 2 plainly");
        Assert.Equal(1, _fixture.Journal.Count("start generation 2 plainly"));
    }

    // What the cut ends is reported as drained, too.
    [Fact]
    public void Restart_DrainedAfterTheCut_StartsOnce()
    {
        _fixture.AskRestart();
        _fixture.Pass(_fixture.Options.DrainTimeout);
        _fixture.Do(_fixture.Effects.WorkEnds);
        Assert.Equal(1, _fixture.Journal.Count("start generation 2 plainly"));
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Restart_ProgramCantBeStarted_ServesAgain()
    {
        _fixture.Effects.StartFailure = new RestartException(RestartFailure.SpawnFailed, "no such file");
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Do(_fixture.Effects.WorkEnds);

        _fixture.Journal.AssertOrder("close gate", "drain", "start generation 2 plainly", "resume", "open gate");
        Assert.Equal(RestartFailure.SpawnFailed, (await outcome.Failure()).Failure);
        Assert.DoesNotContain(_fixture.Journal.Entries, e => e.StartsWith("release", StringComparison.Ordinal));
        _fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Restart_AShutdownIsAskedWhileItDrains_StartsNothing()
    {
        Task<RestartRecord> outcome = _fixture.AskRestart();
        _fixture.Shutdown();
        Assert.Equal(RestartFailure.Stopping, (await outcome.Failure()).Failure);
        _fixture.Do(_fixture.Effects.WorkEnds);
        _fixture.Pass(_fixture.Options.DrainTimeout);
        Assert.DoesNotContain("start generation 2 plainly", _fixture.Journal.Entries);
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Restart_ForcedWhileItDrains_EndsWithoutAStart()
    {
        _fixture.AskRestart();
        _fixture.Force();
        Assert.Equal(1, _fixture.Journal.Count("cut"));
        Assert.DoesNotContain("start generation 2 plainly", _fixture.Journal.Entries);
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Restart_AnotherOneWhileItDrains_IsRefused()
    {
        _ = _fixture.AskRestart();
        Assert.Equal(RestartFailure.InProgress, (await _fixture.AskRestart().Failure()).Failure);
    }
}
