using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>What only one process may use is passed while nobody accepts: in order, bounded, and with a way back.</summary>
public class LoadingTests
{
    [Fact]
    public void SuccessorReady_SomethingIsPassedAtTheCommit_TheCommitFollowsTheAnswer()
    {
        LifecycleFixture fixture = Loading(out _);
        fixture.Journal.AssertOrder("close gate", "pass at commit 4711");
        Assert.Equal(0, fixture.Journal.Count("commit 4711"));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);

        fixture.Do(() => fixture.Successor.SaysLoaded());
        fixture.Journal.AssertOrder("pass at commit 4711", "commit 4711", "drain");
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.Equal(0, fixture.Journal.Count("open gate") - 1);

        fixture.Do(() => fixture.Successor.SaysLoaded());
        Assert.Equal(1, fixture.Journal.Count("commit 4711"));
    }

    [Fact]
    public async Task Successor_CanNotLoadIt_ThePredecessorServesOn()
    {
        LifecycleFixture fixture = Loading(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.SaysFailed("no room"));
        fixture.Journal.AssertOrder("close gate", "pass at commit 4711", "open gate");
        fixture.Do(() => fixture.Successor.Exits(1));

        Assert.Equal(RestartFailure.SuccessorFailed, (await outcome.Failure()).Failure);
        Assert.Equal(0, fixture.Journal.Count("commit 4711"));
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Successor_EndsWhileItLoads_ThePredecessorServesOnAtOnce()
    {
        LifecycleFixture fixture = Loading(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        fixture.Journal.AssertOrder("close gate", "pass at commit 4711", "open gate");
        Assert.Equal(RestartFailure.SuccessorExited, (await outcome.Failure()).Failure);
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Successor_DoesNotAnswer_IsKilledBeforeThePredecessorServesOn()
    {
        LifecycleFixture fixture = Loading(out Task<RestartRecord> outcome);
        fixture.Pass(fixture.Options.HandshakeTimeout);

        fixture.Journal.AssertOrder("pass at commit 4711", "kill 4711", "open gate");
        fixture.Do(() => fixture.Successor.EndsBySignal(9));
        Assert.Equal(RestartFailure.ReadyTimedOut, (await outcome.Failure()).Failure);
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Shutdown_WhileItLoads_KillsTheSuccessor()
    {
        LifecycleFixture fixture = Loading(out Task<RestartRecord> outcome);
        fixture.Shutdown();
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
        fixture.Do(() => fixture.Successor.SaysLoaded());
        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        Assert.Equal(RestartFailure.Stopping, (await outcome.Failure()).Failure);
        Assert.Equal(0, fixture.Journal.Count("commit 4711"));
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    private static LifecycleFixture Loading(out Task<RestartRecord> outcome)
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out outcome);
        fixture.Successor.Loads = true;
        fixture.Do(() => fixture.Successor.SaysReady("tcp:127.0.0.1:80"));
        return fixture;
    }
}
