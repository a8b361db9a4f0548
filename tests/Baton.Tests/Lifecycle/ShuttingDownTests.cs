using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>The end without a successor.</summary>
public class ShuttingDownTests
{
    [Fact]
    public void Shutdown_Serving_StopsAcceptingReleasesEverythingAndDrains()
    {
        LifecycleFixture fixture = LifecycleFixture.ShuttingDown();
        fixture.Journal.AssertOrder("close gate", "release all but []", "drain", "announce stopping");
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    [Fact]
    public void Shutdown_AskedTwice_HappensOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.ShuttingDown();
        fixture.Shutdown();
        Assert.Equal(1, fixture.Journal.Count("drain"));
        Assert.Equal(1, fixture.Journal.Count("log ShutdownAsked"));
    }

    [Fact]
    public async Task Shutdown_BeforeReady_FailsTheWaitForReady()
    {
        var fixture = new LifecycleFixture();
        fixture.Shutdown();

        RestartException failure = await fixture.Lifecycle.Start.Ready.Failure();
        Assert.Equal(RestartFailure.Stopping, failure.Failure);
        Assert.Contains("was asked to shut down by the test before it served", failure.Message, StringComparison.Ordinal);
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    // F11
    [Fact]
    public void Shutdown_RestartIsHeld_TheRestartIsForgotten()
    {
        var fixture = new LifecycleFixture();
        fixture.AskRestart("SIGUSR2", bySignal: true);
        fixture.Shutdown();
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        Assert.Equal(0, fixture.Journal.Count("start generation 2"));
    }

    // F11
    [Fact]
    public async Task Shutdown_DuringRestart_KillsTheSuccessorAndTellsTheOneWhoAsked()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Shutdown();
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));

        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.Stopping, failure.Failure);
        Assert.EndsWith($"Process {Environment.ProcessId} shuts down.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
    }

    // F11: an idle process may be gone the moment it has drained; its successor must not be left behind.
    [Fact]
    public void Shutdown_DuringRestartWithNothingOpen_KillsTheSuccessorBeforeTheProcessMayLeave()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Effects.WorkEnds();
        fixture.Shutdown();
        fixture.Journal.AssertOrder("kill 4711", "log Drained");
    }

    // F11
    [Fact]
    public void SuccessorReady_AfterShutdownWasAsked_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Shutdown();
        fixture.Do(() => fixture.Successor.SaysReady());
        Assert.Equal(0, fixture.Journal.Count("commit 4711"));
        Assert.Contains(fixture.Journal.Entries, e => e.StartsWith("tell 4711 Refused", StringComparison.Ordinal));
    }

    [Fact]
    public void Shutdown_HandedOver_ChangesNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver("tcp:127.0.0.1:80");
        fixture.Shutdown();
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.Equal(0, fixture.Journal.Count("release all but []"));
    }
}
