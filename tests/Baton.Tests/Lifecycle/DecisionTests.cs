using Baton.Handover;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>An operator takes back a restart on probation, or confirms it; each answer is the outcome.</summary>
public class DecisionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task RollBack_AskedOfThePredecessor_ServesAgainWhenTheSuccessorHasClosedItsGate()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out Task<RestartRecord> outcome);
        Task<string> asked = fixture.Decide(ProbationDecision.RollBack);
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Assert.False(asked.IsCompleted);
        Assert.Equal(1, fixture.Journal.Count("tell 4711 GiveBack { Reason = a roll back was asked by an operator }"));
        Assert.Equal(1, fixture.Journal.Count("open gate"));

        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.Unhealthy("a roll back was asked by an operator") { IsAsked = true }));
        Assert.Equal($"process {Environment.ProcessId} serves again", await asked);
        Assert.Equal(RestartFailure.RolledBack, (await Assert.ThrowsAsync<RestartException>(() => outcome)).Failure);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        fixture.AssertServesAndCanRestart();
    }

    // The last sign of life must not pass the probation meanwhile.
    [Fact]
    public async Task RollBack_TheSuccessorDoesNotGiveBack_IsKilledAfterTheHandshake()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        Task<string> asked = fixture.Decide(ProbationDecision.RollBack);
        fixture.PassProbation();
        Assert.NotEqual(ProcessState.Draining, fixture.Lifecycle.State);
        fixture.Pass(fixture.Options.HandshakeTimeout);
        fixture.Journal.AssertOrder("kill 4711", "open gate");
        Assert.Equal($"process {Environment.ProcessId} serves again", await asked);
    }

    [Fact]
    public async Task RollBack_AskedOfTheSuccessor_IsDoneWhenThePredecessorHasTakenOver()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Task<string> first = fixture.Decide(ProbationDecision.RollBack);
        Task<string> second = fixture.Decide(ProbationDecision.RollBack, "another operator");
        Assert.Equal(1, fixture.Journal.Count("close gate"));
        Assert.False(first.IsCompleted);
        fixture.Do(fixture.Lifecycle.Probation.TakenBack);

        Assert.Contains("serves again; process", await first, StringComparison.Ordinal);
        Assert.Equal(await first, await second);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.Equal(RestartFailure.Stopping, (await Refused(fixture.Decide(ProbationDecision.RollBack))).Failure);
    }

    [Fact]
    public async Task RollBack_ThePredecessorDoesNotAnswer_SaysSoAndServesOn()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Task<string> asked = fixture.Decide(ProbationDecision.RollBack);
        fixture.Pass(fixture.Options.HandshakeTimeout);
        Assert.Contains("does not answer", (await Refused(asked)).Message, StringComparison.Ordinal);
        Assert.Equal(2, fixture.Journal.Count("open gate"));
    }

    [Theory]
    [InlineData(ProbationDecision.RollBack)]
    [InlineData(ProbationDecision.Confirm)]
    public async Task Decision_WithoutARestart_IsRefusedWithWhatToDoInstead(object decision)
    {
        RestartException refusal = await Refused(LifecycleFixture.Serving().Decide((ProbationDecision)decision));
        Assert.Equal(RestartFailure.NotOnProbation, refusal.Failure);
        Assert.Contains("baton restart --program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RollBack_BeforeTheSuccessorServes_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        Assert.Equal(RestartFailure.InProgress, (await Refused(fixture.Decide(ProbationDecision.RollBack))).Failure);
    }

    [Fact]
    public async Task RollBack_AfterTheProbation_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.PassProbation();
        Assert.Equal(RestartFailure.AlreadyHandedOver, (await Refused(fixture.Decide(ProbationDecision.RollBack))).Failure);
    }

    [Fact]
    public async Task Confirm_WhereNoneIsNeeded_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Assert.Equal(RestartFailure.NotOnProbation, (await Refused(fixture.Decide(ProbationDecision.Confirm))).Failure);
        Assert.Equal(ProcessState.OnProbation, fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Restart_ThatIsNotConfirmedInTime_IsRolledBackAndALateConfirmationIsRefused()
    {
        LifecycleFixture fixture = Waiting(out Task<RestartRecord> outcome);
        KeepAlive(fixture, Limit - TimeSpan.FromSeconds(1));
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Assert.True(fixture.Lifecycle.AwaitsConfirm);
        KeepAlive(fixture, TimeSpan.FromSeconds(1));

        Assert.Equal(1, fixture.Journal.Count("tell 4711 GiveBack { Reason = was not confirmed within 30 min }"));
        Assert.Equal(RestartFailure.NotOnProbation, (await Refused(fixture.Decide(ProbationDecision.Confirm))).Failure);
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.Unhealthy("was not confirmed within 30 min") { IsAsked = true }));
        RestartException failure = await Assert.ThrowsAsync<RestartException>(() => outcome);
        Assert.Equal(RestartFailure.RolledBack, failure.Failure);
        Assert.Contains("took over, then was not confirmed within 30 min", failure.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Restart_ThatIsConfirmed_IsForGood()
    {
        LifecycleFixture fixture = Waiting(out Task<RestartRecord> outcome);
        Assert.Equal("process 4711 serves for good", await fixture.Decide(ProbationDecision.Confirm));
        Assert.True((await outcome).Succeeded);
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Restart_ThatIsConfirmedByTheSuccessor_IsForGood()
    {
        LifecycleFixture fixture = Waiting(out _);
        fixture.Do(() => fixture.Successor.Says(new HandoverMessage.ConfirmAsked(By("an operator"))));
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);

        LifecycleFixture successor = LifecycleFixture.OnProbation(awaitsConfirm: true);
        Task<string> asked = successor.Decide(ProbationDecision.Confirm);
        Assert.False(asked.IsCompleted);

        // Two operators at once: what the first has asked for stands.
        Assert.Equal(RestartFailure.InProgress, (await Refused(successor.Decide(ProbationDecision.RollBack))).Failure);
        successor.Do(() => successor.Lifecycle.Start.PredecessorLeft("confirmed"));
        Assert.Contains("serves for good", await asked, StringComparison.Ordinal);
        Assert.Equal(ProcessState.Serving, successor.Lifecycle.State);
    }

    [Fact]
    public async Task Restart_WhileOneWaitsToBeConfirmed_IsRefusedWithTheReason()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation(awaitsConfirm: true);
        RestartException refusal = await Assert.ThrowsAsync<RestartException>(() => fixture.AskRestart());
        Assert.Equal(RestartFailure.InProgress, refusal.Failure);
        Assert.Contains("waits to be confirmed for another 10 s", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shutdown_WhileAsked_IsTheAnswer()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        Task<string> asked = fixture.Decide(ProbationDecision.RollBack);
        fixture.Shutdown();
        Assert.Equal(RestartFailure.Stopping, (await Refused(asked)).Failure);
    }

    // It may wait for hours; a usual probation is over in seconds.
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Predecessor_HasFinishedItsWork_TrimsItsMemoryWhereItWaitsForLong(bool awaitsConfirm, int times)
    {
        LifecycleFixture fixture = awaitsConfirm ? Waiting(out _) : LifecycleFixture.Watching(out _);
        Assert.Equal(0, fixture.Journal.Count("trim memory"));
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(times, fixture.Journal.Count("trim memory"));
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
    }

    private static LifecycleFixture Waiting(out Task<RestartRecord> outcome)
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.ConfirmWithin = Limit;
        outcome = fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        return fixture;
    }

    private static void KeepAlive(LifecycleFixture fixture, TimeSpan time)
    {
        for (TimeSpan left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1))
        {
            fixture.Do(() => fixture.Successor.IsAlive());
            fixture.Pass(TimeSpan.FromSeconds(1));
        }
    }

    private static Task<RestartException> Refused(Task<string> asked) => Assert.ThrowsAsync<RestartException>(() => asked);
}
