using Baton.Handover;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>A successor that serves and is on probation.</summary>
public class OwnProbationTests
{
    private const string Sign = "tell predecessor Alive { Connections = 0, Requests = 0 }";

    private readonly LifecycleFixture _fixture = LifecycleFixture.OnProbation();

    [Fact]
    public async Task Serve_OnProbation_AcceptsAndSaysThatItIsAlive()
    {
        await _fixture.Lifecycle.Start.Ready.Soon();
        Assert.False(_fixture.Lifecycle.Probation.Ended.IsCompleted);
        Assert.Equal(ProcessState.OnProbation, _fixture.Lifecycle.State);
        _fixture.Journal.AssertOrder("announce ready", "open gate", "run among work", Sign);
    }

    [Fact]
    public void SignOfLife_EveryInterval_SaysHowMuchIsOpen()
    {
        _fixture.Effects.Open = new OpenWork(Connections: 3, Requests: 5);
        _fixture.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _fixture.Journal.Count("tell predecessor Alive { Connections = 3, Requests = 5 }"));
        _fixture.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(2, _fixture.Journal.Count("tell predecessor Alive { Connections = 3, Requests = 5 }"));
    }

    // What this library can still do on its own thread says nothing about the service.
    [Fact]
    public void SignOfLife_TheThreadPoolIsStuck_IsNotGivenAndNotPiledUp()
    {
        _fixture.Effects.WorkMakesProgress = false;
        for (int i = 0; i < 5; i++)
        {
            _fixture.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _fixture.Journal.Count(Sign));
        Assert.Equal(2, _fixture.Journal.Count("run among work"));

        _fixture.Do(_fixture.Effects.WorkGoesOn);
        Assert.Equal(2, _fixture.Journal.Count(Sign));
    }

    [Fact]
    public void SignOfLife_NotWanted_IsNotGiven()
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Do(() => fixture.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.Zero));
        fixture.Pass(TimeSpan.FromSeconds(9));
        Assert.DoesNotContain("run among work", fixture.Journal.Entries);
    }

    [Fact]
    public async Task Confirmed_TheProbationIsOver_ServesForGoodAndGivesNoMoreSigns()
    {
        _fixture.Do(() => _fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        await _fixture.Lifecycle.Probation.Ended.Soon();

        int signs = _fixture.Journal.Count(Sign);
        _fixture.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(signs, _fixture.Journal.Count(Sign));
        Assert.Equal(1, _fixture.Journal.Count("open gate"));
    }

    [Fact]
    public void PredecessorGone_OnProbation_ServesForGood()
    {
        _fixture.Do(() => _fixture.Lifecycle.Start.PredecessorLeft("the predecessor is gone"));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        _fixture.AssertServesAndCanRestart();
    }

    // It is stopped, or stuck.
    [Fact]
    public void PredecessorSaysNothing_LongAfterTheProbation_ServesForGood()
    {
        PassSilently(looks: 7);
        Assert.Equal(ProcessState.OnProbation, _fixture.Lifecycle.State);
        PassSilently(looks: 1);
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
    }

    // Both were stopped: that nothing was heard says nothing.
    [Fact]
    public void PredecessorSaysNothing_ButThisProcessWasPaused_StaysOnProbation()
    {
        _fixture.Pass(TimeSpan.FromHours(1));
        Assert.Equal(ProcessState.OnProbation, _fixture.Lifecycle.State);
    }

    // It was stopped, wakes up, and finds signs of life until it says what becomes of this process.
    [Theory]
    [InlineData("confirmed")]
    [InlineData("the predecessor is gone")]
    public void PredecessorSaysNothing_ServesForGoodAndGivesSignsUntilItDoes(string answer)
    {
        PassSilently(looks: 8);
        int signs = _fixture.Journal.Count(Sign);
        _fixture.Pass(TimeSpan.FromSeconds(1));
        _fixture.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(signs + 2, _fixture.Journal.Count(Sign));

        _fixture.Do(() => _fixture.Lifecycle.Start.PredecessorLeft(answer));
        _fixture.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(signs + 2, _fixture.Journal.Count(Sign));
    }

    // Else what is accepted between the two would be refused, or served by one that can't.
    [Fact]
    public void Unhealthy_OnProbation_StopsAcceptingBeforeItTells()
    {
        Unhealthy();
        _fixture.Journal.AssertOrder("open gate", "close gate", "tell predecessor Unhealthy { Reason = no database, Ends = False }");
        Assert.Equal(ProcessState.OnProbation, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Unhealthy_ReportedTwice_IsToldOnce()
    {
        Unhealthy();
        _fixture.Do(() => _fixture.Lifecycle.Probation.ReportUnhealthy("still no database"));
        Assert.Single(_fixture.Journal.Entries, e => e.Contains("Unhealthy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TakenBack_AfterUnhealthy_ReturnsTheListenersAndFinishesItsWork()
    {
        Unhealthy();
        _fixture.Do(_fixture.Lifecycle.Probation.TakenBack);
        _fixture.Journal.AssertOrder("return listeners", "drain", "announce stopping");
        Assert.DoesNotContain(_fixture.Journal.Entries, e => e.StartsWith("release", StringComparison.Ordinal));
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
        await _fixture.Lifecycle.Probation.Ended.Soon();

        _fixture.Do(_fixture.Effects.WorkEnds);
        Assert.True(_fixture.Lifecycle.Exited.IsCompletedSuccessfully);
    }

    // Its right to take over again was gone when it heard of that.
    [Fact]
    public void Confirmed_AfterUnhealthy_AcceptsAgainAndServes()
    {
        Unhealthy();
        _fixture.Do(() => _fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        _fixture.Journal.AssertOrder("close gate", "log NotTakenBack", "open gate");
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Unhealthy_PredecessorIsGone_AcceptsAgainAndServes()
    {
        _fixture.Effects.PredecessorLives = false;
        Unhealthy();
        _fixture.Journal.AssertOrder("close gate", "log NotTakenBack", "open gate");
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Unhealthy_PredecessorDiesBeforeItAnswers_AcceptsAgainAndServes()
    {
        Unhealthy();
        _fixture.Do(() => _fixture.Lifecycle.Start.PredecessorLeft("the predecessor is gone"));
        _fixture.Journal.AssertOrder("close gate", "open gate");
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
    }

    // A bad service is better than none.
    [Fact]
    public void Unhealthy_PredecessorDoesNotAnswer_AcceptsAgainAfterTheHandshakeTimeout()
    {
        Unhealthy();
        _fixture.Pass(_fixture.Options.HandshakeTimeout - TimeSpan.FromTicks(1));
        Assert.Equal(1, _fixture.Journal.Count("open gate"));
        _fixture.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(2, _fixture.Journal.Count("open gate"));
    }

    // Whenever it goes on, it may take over: until then this process begins nothing from which it could not step back.
    [Fact]
    public void Unhealthy_PredecessorDoesNotAnswer_StaysOnProbationUntilItDoes()
    {
        Unhealthy();
        _fixture.AskRestart();
        _fixture.Pass(TimeSpan.FromHours(1));
        Assert.Equal(ProcessState.OnProbation, _fixture.Lifecycle.State);
        Assert.DoesNotContain("start generation 3", _fixture.Journal.Entries);
        _fixture.Do(() => _fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        Assert.Equal(ProcessState.Restarting, _fixture.Lifecycle.State);
    }

    // A predecessor that has found the channel closed waits for the end of this process, kills it then, and serves again: a
    // successor of this one would serve beside it.
    [Fact]
    public void Silence_WithAShortHandshakeTimeout_BeginsNoRestartBeforeThePredecessorHasDecided()
    {
        var fixture = new LifecycleFixture(hasPredecessor: true, generation: 2);
        fixture.Options.HandshakeTimeout = TimeSpan.FromSeconds(1);
        fixture.Do(() => fixture.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.Zero));
        fixture.AskRestart();
        for (int i = 0; i < 8; i++)
        {
            fixture.Pass((TimeSpan.FromSeconds(10) + HandoverProtocol.EndAfterClose) / 8);
        }

        Assert.DoesNotContain("start generation 3", fixture.Journal.Entries);
    }

    // To a predecessor that was stopped all the time, and wakes up when this process is gone.
    [Fact]
    public void HandOver_InTurn_IsSaidBeforeTheCommit()
    {
        PassSilently(looks: 8);
        _fixture.AskRestart();
        _fixture.Do(() => _fixture.Successor.SaysReady());
        _fixture.Journal.AssertOrder("tell predecessor HandedOn { Successor =  }", "start generation 3", "tell predecessor HandedOn { Successor = 4711 }", "commit 4711");
    }

    [Fact]
    public void Shutdown_LongAfterThePredecessorFellSilent_IsSaidAllTheSame()
    {
        PassSilently(looks: 8);
        _fixture.Shutdown();
        Assert.Equal(1, _fixture.Journal.Count("tell predecessor Stopping { Trigger = the test }"));
    }

    // It was stopped meanwhile, and serves now: this process steps back all the same.
    [Fact]
    public void TakenBack_LongAfterItWasAsked_StepsBackAllTheSame()
    {
        Unhealthy();
        _fixture.Pass(_fixture.Options.HandshakeTimeout);
        _fixture.Do(_fixture.Lifecycle.Probation.TakenBack);
        _fixture.Journal.AssertOrder("open gate", "close gate", "open gate", "close gate", "return listeners");
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
    }

    [Fact]
    public void Unhealthy_NotOnProbation_IsLoggedOnly()
    {
        _fixture.Do(() => _fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        Unhealthy();
        Assert.Contains("UnhealthyIgnored", _fixture.Logger.EventNames);
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.Equal(0, _fixture.Journal.Count("close gate"));
    }

    private void PassSilently(int looks)
    {
        for (int i = 0; i < looks; i++)
        {
            _fixture.Pass((TimeSpan.FromSeconds(10) + _fixture.Options.HandshakeTimeout) / 8);
        }
    }

    private void Unhealthy() => _fixture.Do(() => _fixture.Lifecycle.Probation.ReportUnhealthy("no database"));
}
