using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>A restart that comes about, seen from the predecessor.</summary>
public class HandingOverTests
{
    [Fact]
    public void SuccessorReady_GateIsClosedBeforeCommit_AndListenersAreReleasedAfterIt()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver("tcp:127.0.0.1:80", "unix:/run/app.sock");
        fixture.Journal.AssertOrder(
            "start generation 2", "close gate", "commit 4711", "drain", "release all but [tcp:127.0.0.1:80, unix:/run/app.sock]", "announce stopping");
    }

    [Fact]
    public async Task SuccessorReady_TheOneWhoAsked_LearnsWhoServesNow()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Pass(TimeSpan.FromSeconds(3));
        fixture.Do(() => fixture.Successor.SaysReady());

        RestartRecord done = await outcome.Soon();
        Assert.Equal((FakeEffects.FirstSuccessorPid, 2, RestartStrategy.Handover, TimeSpan.FromSeconds(3)), (done.SuccessorPid, done.Generation, done.Strategy, done.Duration));
        Assert.Equal(FakeEffects.FirstSuccessorPid, fixture.Lifecycle.Restarts.SuccessorPid);
    }

    [Fact]
    public void SuccessorReady_WorkIsOpen_TheProcessDrains()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        Assert.False(fixture.Lifecycle.Exited.IsCompleted);
    }

    // C10: it must not start a second departure.
    [Fact]
    public void SuccessorReady_SaidTwice_IsCommittedOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(() => fixture.Successor.SaysReady());

        Assert.Equal(1, fixture.Journal.Count("commit 4711"));
        Assert.DoesNotContain("LoopFailed", fixture.Logger.EventNames);
    }

    [Fact]
    public void SuccessorReady_AfterCommit_TheReadyTimeoutMeansNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Pass(fixture.Options.ReadyTimeout);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
    }

    // F9
    [Fact]
    public void SuccessorEnds_AfterCommit_IsLoggedWithItsStatus()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        LogLine line = Assert.Single(fixture.Logger.Lines, l => l.Event.Name == "SuccessorGone");
        Assert.Contains("Successor 4711 was ended by SIGKILL", line.Text, StringComparison.Ordinal);
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
    }

    [Fact]
    public void ChannelBreaks_AfterCommit_ChangesNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        fixture.Do(() => fixture.Successor.Breaks(new RestartException(RestartFailure.ProtocolError, "garbage")));

        Assert.Contains("ChannelBroken", fixture.Logger.EventNames);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
    }

    [Fact]
    public void SuccessorProgress_BeforeReady_IsLogged()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Do(() => fixture.Successor.SaysProgress("warming up"));
        Assert.Contains(fixture.Logger.Lines, l => l.Text == "Successor 4711: warming up");
    }
}
