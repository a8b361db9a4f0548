using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>Triggers that come at the wrong time (F11).</summary>
public class RefusingTests
{
    // F11
    [Fact]
    public async Task Restart_AnotherIsInProgress_IsRefusedAndChangesNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> first);

        RestartException refusal = await fixture.AskRestart("an operator").Failure();

        Assert.Equal(RestartFailure.InProgress, refusal.Failure);
        Assert.Equal(
            $"Restart by an operator was refused: another restart is in progress, successor 4711; process {Environment.ProcessId} keeps serving.", refusal.Message);
        Assert.Equal(1, fixture.Journal.Count("start generation 2"));
        fixture.Do(() => fixture.Successor.SaysReady());
        Assert.Equal(FakeEffects.FirstSuccessorPid, (await first.Soon()).SuccessorPid);
    }

    // F11
    [Fact]
    public async Task Restart_NotReadyYet_IsRefusedForACaller()
    {
        var fixture = new LifecycleFixture();
        Assert.Equal(RestartFailure.NotReady, (await fixture.AskRestart().Failure()).Failure);
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
    }

    // F11
    [Fact]
    public void Restart_NotReadyYet_IsHeldForASignalUntilTheServiceIsReady()
    {
        var fixture = new LifecycleFixture();
        fixture.AskRestart("SIGUSR2", bySignal: true);
        Assert.Equal(["log RestartHeld"], fixture.Journal.Entries);

        fixture.Do(fixture.Lifecycle.Start.ServiceReady);

        fixture.Journal.AssertOrder("open gate", "start generation 2");
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
    }

    // F11
    [Fact]
    public void Restart_HeldTwice_RestartsOnce()
    {
        var fixture = new LifecycleFixture();
        fixture.AskRestart("SIGUSR2", bySignal: true);
        fixture.AskRestart("SIGHUP", bySignal: true);
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        Assert.Equal(1, fixture.Journal.Count("start generation 2"));
        Assert.DoesNotContain("RestartRefused", fixture.Logger.EventNames);
    }

    // F11
    [Fact]
    public async Task Restart_ShuttingDown_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.ShuttingDown();
        Assert.Equal(RestartFailure.Stopping, (await fixture.AskRestart().Failure()).Failure);
        Assert.Equal(RestartFailure.Stopping, (await fixture.AskRestart("SIGUSR2", bySignal: true).Failure()).Failure);
    }

    // C9
    [Fact]
    public async Task Restart_HandedOver_IsRefusedAndNamesTheSuccessor()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        RestartException refusal = await fixture.AskRestart().Failure();
        Assert.Equal(RestartFailure.AlreadyHandedOver, refusal.Failure);
        Assert.Contains("has handed over to process 4711; ask that one", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_Exited_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.ShuttingDown();
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(RestartFailure.Stopping, (await fixture.AskRestart().Failure()).Failure);
    }
}
