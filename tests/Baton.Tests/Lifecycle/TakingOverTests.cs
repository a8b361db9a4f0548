using Baton.Handover;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>A process that nobody of the service has started is the successor: what is different then, on both sides.</summary>
public sealed class TakingOverTests : IDisposable
{
    private const int TakerPid = 815;

    private readonly Taker _taker = NewTaker();

    public void Dispose() => _taker.Dispose();

    [Fact]
    public void Request_OfATaker_AdoptsItWithoutACheckOrAStart()
    {
        LifecycleFixture process = LifecycleFixture.Serving();
        process.Options.CheckArguments.Add("--check");
        process.Effects.ChoiceFailure = new RestartException(RestartFailure.NotSupported, "process 1");
        Ask(process);
        Assert.Equal((1, 0), (process.Journal.Count("adopt generation 2"), process.Journal.Count("start generation 2")));
        Assert.Equal((ProcessState.Restarting, 0), (process.Lifecycle.State, process.Journal.Count("check /srv/app")));
    }

    [Fact]
    public async Task Request_WhileOneIsInProgress_IsRefusedAndNotHeld()
    {
        LifecycleFixture process = LifecycleFixture.Watching(out _);
        Assert.Equal(RestartFailure.InProgress, (await Assert.ThrowsAsync<RestartException>(() => Ask(process))).Failure);
        Assert.Equal(0, process.Journal.Count("adopt generation 3"));

        process = LifecycleFixture.Restarting(out _);
        Assert.Equal(RestartFailure.InProgress, (await Assert.ThrowsAsync<RestartException>(() => Ask(process))).Failure);
    }

    [Fact]
    public async Task Request_OfACompleteRestart_IsRefused()
    {
        LifecycleFixture process = LifecycleFixture.Serving();
        process.Options.Strategy = RestartStrategy.Complete;
        Assert.Equal(RestartFailure.NotSupported, (await Assert.ThrowsAsync<RestartException>(() => Ask(process))).Failure);
        process.AssertServesAndCanRestart();
    }

    // Its number may be another one here, and it writes its own pid file.
    [Fact]
    public void Commit_ToATaker_NamesItNowhere()
    {
        LifecycleFixture process = Committed(out _);
        Assert.Equal((0, 1), (process.Journal.Count($"name {TakerPid}"), process.Journal.Count($"commit {TakerPid}")));
    }

    // It has a supervisor of its own, which shows its log and nothing else.
    [Fact]
    public void ATakerThatIsLate_LearnsWhyAndIsKilledOnlyThen()
    {
        LifecycleFixture process = LifecycleFixture.Serving();
        Ask(process);
        process.Pass(process.Options.ReadyTimeout);
        Assert.Contains(process.Journal.Entries, e => e.StartsWith($"tell {TakerPid} Refused", StringComparison.Ordinal));
        Assert.Equal(0, process.Journal.Count($"kill {TakerPid}"));
        process.Pass(process.Options.ExitTimeout);
        Assert.Equal(1, process.Journal.Count($"kill {TakerPid}"));
        process.Do(() => process.Successor.Exits(1));
        process.AssertServesAndCanRestart();
    }

    // From here on this process accepts again.
    [Fact]
    public void ATakerThatCantBeCommitted_IsKilledBeforeTheGateOpens()
    {
        LifecycleFixture process = LifecycleFixture.Serving();
        Ask(process);
        process.Successor.CommitFailure = new RestartException(RestartFailure.ProtocolError, "full");
        process.Do(() => process.Successor.SaysReady());
        process.Journal.AssertOrder("close gate", $"kill {TakerPid}", "open gate");
    }

    [Fact]
    public void Shutdown_OfThePredecessorOnProbation_LeavesAndTheTakerServes()
    {
        LifecycleFixture process = Committed(out Task<RestartRecord> outcome);
        process.Shutdown();
        Assert.Equal(ProcessState.Draining, process.Lifecycle.State);
        Assert.True(outcome.IsCompletedSuccessfully);
        Assert.Equal((1, 0), (process.Journal.Count($"confirm {TakerPid}"), process.Journal.Count("announce Stopping")));
    }

    // It is about to be called back.
    [Fact]
    public void Shutdown_OfThePredecessorOfADeadTaker_EndsTheService()
    {
        LifecycleFixture process = Committed(out _);
        process.Successor.Lives = false;
        process.Shutdown();
        Assert.Equal(ProcessState.ShuttingDown, process.Lifecycle.State);
    }

    [Fact]
    public void Shutdown_OfATakerOnProbation_GivesBack()
    {
        LifecycleFixture process = OnProbation();
        process.Shutdown();
        process.Journal.AssertOrder("close gate", "tell predecessor Unhealthy { Reason = it was asked to shut down by the test, Ends = True }");
        Assert.Equal(ProcessState.OnProbation, process.Lifecycle.State);
        process.Do(() => process.Lifecycle.Probation.TakenBack());
        Assert.Equal(ProcessState.ShuttingDown, process.Lifecycle.State);
    }

    // Nobody has told its own service manager of it.
    [Fact]
    public void ATaker_Serves_SaysSoItself()
    {
        var process = new LifecycleFixture(hasPredecessor: true, generation: 2);
        process.Effects.HasNotStartedThis = true;
        var heard = new List<LifecycleEvent.Serves>();
        process.Context.Feed.Subscribe(e => heard.AddRange(e is LifecycleEvent.Serves serves ? [serves] : []), reports: false);
        process.Do(process.Lifecycle.Start.ServiceReady);
        process.Do(() => process.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1)));
        Assert.False(Assert.Single(heard).TookOver);
    }

    [Fact]
    public void Force_OfATakerOnProbation_GivesBackFirstAndCutsThen()
    {
        LifecycleFixture process = OnProbation();
        process.Force();
        Assert.Equal(0, process.Journal.Count("cut"));
        process.Do(() => process.Lifecycle.Probation.TakenBack());
        Assert.Equal(1, process.Journal.Count("cut"));
    }

    // Nobody who serves is left then, and it still ends.
    [Fact]
    public void Shutdown_OfATakerWhosePredecessorDoesNotAnswer_ShutsDown()
    {
        LifecycleFixture process = OnProbation();
        process.Shutdown();
        process.Pass(process.Options.HandshakeTimeout);
        Assert.Equal(ProcessState.ShuttingDown, process.Lifecycle.State);
    }

    // What comes after it is its own supervisor's matter.
    [Fact]
    public void EndOfATaker_AfterItsProbation_IsNoFailureOfThePredecessor()
    {
        LifecycleFixture process = Committed(out _);
        process.PassProbation();
        process.Do(() => process.Successor.Exits(3));
        Assert.Equal(0, process.Journal.Count("announce NobodyServes"));
        Assert.Equal(0, process.Journal.Count("nobody serves"));
    }

    private static Taker NewTaker()
    {
        (Descriptor connection, Descriptor other) = LocalSocket.Pair();
        return new Taker(TakerPid, "/srv/app-2", isSeen: true, [], TimeSpan.Zero) { Connection = connection, Pidfd = other };
    }

    private static LifecycleFixture OnProbation()
    {
        var process = new LifecycleFixture(hasPredecessor: true, generation: 2);
        process.Effects.HasNotStartedThis = true;
        process.Do(process.Lifecycle.Start.ServiceReady);
        process.Do(() => process.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1)));
        return process;
    }

    private Task<RestartRecord> Ask(LifecycleFixture process)
    {
        var request = new RestartRequest(RestartTrigger.OfTaker(0, TakerPid, "/srv/app-2")) { Taker = _taker };
        process.Do(() => process.Lifecycle.Restarts.Request(request));
        return request.Outcome;
    }

    private LifecycleFixture Committed(out Task<RestartRecord> outcome)
    {
        LifecycleFixture process = LifecycleFixture.Serving();
        process.Options.Probation = TimeSpan.FromSeconds(10);
        outcome = Ask(process);
        process.Do(() => process.Successor.SaysReady());
        return process;
    }
}
