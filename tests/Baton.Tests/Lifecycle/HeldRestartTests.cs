using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>Restarts that are asked while a probation goes on, this process's own or its successor's.</summary>
public class HeldRestartTests
{
    [Fact]
    public async Task Restart_HandedOver_StartsWhenThisProcessServesAgain()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        Task<RestartRecord> held = fixture.AskRestart("an operator");
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Assert.Contains("RestartHeld", fixture.Logger.EventNames);

        fixture.Do(() => fixture.Successor.Exits(1));

        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.PassProbation();
        Assert.Equal(FakeEffects.FirstSuccessorPid + 1, (await held.Soon()).SuccessorPid);
    }

    [Fact]
    public async Task Restart_HandedOver_IsRefusedWhenTheSuccessorServesForGood()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        Task<RestartRecord> held = fixture.AskRestart("an operator");
        fixture.PassProbation();

        RestartException refusal = await held.Failure();
        Assert.Equal(RestartFailure.AlreadyHandedOver, refusal.Failure);
        Assert.Contains("has handed over to process 4711; ask that one", refusal.Message, StringComparison.Ordinal);
    }

    // Who sent a signal gets no answer; the service was meant.
    [Fact]
    public void Signal_HandedOver_IsPassedOnToTheSuccessorOnceItServesForGood()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.AskRestart("SIGUSR2", bySignal: true);
        Assert.DoesNotContain("tell 4711 Restart { Trigger = SIGUSR2 }", fixture.Journal.Entries);
        fixture.PassProbation();
        fixture.Journal.AssertOrder("confirm 4711", "tell 4711 Restart { Trigger = SIGUSR2 }");
    }

    [Fact]
    public async Task Restart_HeldSeveralTimes_IsOneWithOneOutcome()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Options.Probation = TimeSpan.FromSeconds(10);
        Task<RestartRecord>[] held = [fixture.AskRestart("a"), fixture.AskRestart("b"), fixture.AskRestart("SIGUSR2", bySignal: true)];
        fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        Assert.Equal(1, fixture.Journal.Count("start generation 3"));
        fixture.Do(() => fixture.Successor.SaysReady());
        Assert.All(held, outcome => Assert.False(outcome.IsCompleted));

        fixture.PassProbation();

        foreach (Task<RestartRecord> outcome in held)
        {
            Assert.Equal(FakeEffects.FirstSuccessorPid, (await outcome.Soon()).SuccessorPid);
        }
    }

    [Fact]
    public async Task Restart_HeldSeveralTimes_FailsForAll()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Task<RestartRecord>[] held = [fixture.AskRestart("a"), fixture.AskRestart("b")];
        fixture.Effects.StartFailure = new RestartException(RestartFailure.SpawnFailed, "no such file");
        fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        foreach (Task<RestartRecord> outcome in held)
        {
            Assert.Equal(RestartFailure.SpawnFailed, (await outcome.Failure()).Failure);
        }
    }

    [Fact]
    public async Task Restart_OfAnotherProgramThanTheHeldOne_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Task<RestartRecord> held = fixture.AskRestart(program: "/srv/releases/2/app");
        Assert.Equal(RestartFailure.InProgress, (await fixture.AskRestart(program: "/srv/releases/3/app").Failure()).Failure);
        Assert.Equal(RestartFailure.InProgress, (await fixture.AskRestart().Failure()).Failure);
        Assert.False(held.IsCompleted);
    }

    [Fact]
    public void Restart_OnProbation_StartsWhenItIsConfirmed()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.AskRestart();
        Assert.DoesNotContain("start generation 3", fixture.Journal.Entries);
        fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Restart_OnProbation_IsRefusedWhenThePredecessorTakesOverAgain()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        Task<RestartRecord> held = fixture.AskRestart();
        fixture.Do(() => fixture.Lifecycle.Probation.ReportUnhealthy("no database"));
        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        Assert.Equal(RestartFailure.Stopping, (await held.Failure()).Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_HeldAndThenAShutdown_IsRefused(bool handedOver)
    {
        LifecycleFixture fixture = handedOver ? LifecycleFixture.Watching(out _) : LifecycleFixture.OnProbation();
        Task<RestartRecord> held = fixture.AskRestart();
        fixture.Shutdown();
        Assert.Equal(RestartFailure.Stopping, (await held.Failure()).Failure);
    }
}
