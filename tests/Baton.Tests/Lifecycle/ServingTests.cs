using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>From start to serving, as a first generation and as a successor.</summary>
public class ServingTests
{
    private readonly LifecycleFixture _successor = new(hasPredecessor: true, generation: 2);

    [Fact]
    public async Task ServiceReady_FirstGeneration_ServesAtOnce()
    {
        var fixture = new LifecycleFixture();
        Assert.Equal(ProcessState.Starting, fixture.Lifecycle.State);

        fixture.Do(fixture.Lifecycle.Start.ServiceReady);

        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
        Assert.Equal(["name self", "log StateChanged", "open gate", "announce Serves"], fixture.Journal.Entries);
        await fixture.Lifecycle.Start.Ready.Soon();
    }

    [Fact]
    public void ServiceReady_SaidTwice_ServesOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        Assert.Equal(1, fixture.Journal.Count("open gate"));
    }

    // G1
    [Fact]
    public async Task ServiceReady_Successor_ServesOnlyWhenItsPredecessorCommits()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        Assert.Equal(["announce ready"], _successor.Journal.Entries);
        Assert.Equal(ProcessState.Starting, _successor.Lifecycle.State);
        Assert.False(_successor.Lifecycle.Start.Ready.IsCompleted);

        _successor.Do(() => _successor.Lifecycle.Start.Serve(probation: TimeSpan.Zero, heartbeat: TimeSpan.Zero));

        _successor.Journal.AssertOrder("announce ready", "open gate");
        Assert.Equal(ProcessState.Serving, _successor.Lifecycle.State);
        await _successor.Lifecycle.Start.Ready.Soon();
    }

    // F8
    [Fact]
    public void GiveUpStarting_PredecessorGoneBeforeCommit_EndsTheProcess()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        _successor.Do(() => _successor.Lifecycle.Start.GiveUp("the predecessor is gone"));
        Assert.Contains("end process with 1: it was to take over, but the predecessor is gone", _successor.Journal.Entries);
    }

    // F8
    [Fact]
    public void GiveUpStarting_PredecessorGoneAfterCommit_IsNoNews()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        _successor.Do(() => _successor.Lifecycle.Start.Serve(probation: TimeSpan.Zero, heartbeat: TimeSpan.Zero));
        _successor.Do(() => _successor.Lifecycle.Start.GiveUp("the predecessor is gone"));

        Assert.Equal(ProcessState.Serving, _successor.Lifecycle.State);
        Assert.DoesNotContain(_successor.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));
    }

    // F8: a refusal is always followed by the end of the stream.
    [Fact]
    public void GiveUpStarting_RefusedAndThenAlone_EndsTheProcessOnceAndForTheFirstReason()
    {
        _successor.Do(() => _successor.Lifecycle.Start.GiveUp("the predecessor refused: too late"));
        _successor.Do(() => _successor.Lifecycle.Start.GiveUp("the predecessor is gone"));

        string end = Assert.Single(_successor.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));
        Assert.Contains("too late", end, StringComparison.Ordinal);
    }

    // F8: its end arrives by itself, and decides.
    [Fact]
    public void ServiceReady_PredecessorCantBeTold_WaitsForTheNewsOfItsEnd()
    {
        _successor.Effects.AnnounceFailure = new RestartException(RestartFailure.PeerLost, "The peer has closed its end of the channel.");
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        Assert.Equal(["announce ready", "log ReadyNotTaken"], _successor.Journal.Entries);

        _successor.Do(() => _successor.Lifecycle.Start.PredecessorDied("the predecessor is gone"));
        Assert.Equal(ProcessState.Serving, _successor.Lifecycle.State);
    }

    // S6: it is stopped or stuck, and may be killed: then only this process can serve.
    [Fact]
    public void ServiceReady_PredecessorDoesNotAnswer_SaysSoAndWaitsForItsAnswerOrItsEnd()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        _successor.Pass(_successor.Options.HandshakeTimeout - TimeSpan.FromTicks(1));
        Assert.Equal(["announce ready"], _successor.Journal.Entries);

        _successor.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(["announce ready", "log PredecessorSilent"], _successor.Journal.Entries);

        _successor.Pass(TimeSpan.FromHours(1));
        Assert.Equal(ProcessState.Starting, _successor.Lifecycle.State);
        _successor.Do(() => _successor.Lifecycle.Start.Serve(probation: TimeSpan.Zero, heartbeat: TimeSpan.Zero));
        Assert.Equal(ProcessState.Serving, _successor.Lifecycle.State);
    }

    // It is about to end, and takes no connection that it can't serve.
    [Fact]
    public void Serve_AfterItGaveUp_AcceptsNothing()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        _successor.Do(() => _successor.Lifecycle.Start.GiveUp("the predecessor refused: too late"));
        _successor.Do(() => _successor.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.Zero));
        Assert.Equal(0, _successor.Journal.Count("open gate"));
    }

    [Fact]
    public void ServiceReady_SaidTwiceBySuccessor_IsAnnouncedOnce()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        _successor.Effects.AnnounceFailure = new RestartException(RestartFailure.PeerLost, "The peer has closed its end of the channel.");
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        Assert.Equal(["announce ready"], _successor.Journal.Entries);
    }

    [Fact]
    public void ServiceReady_PredecessorCommitsInTime_TheHandshakeTimeoutMeansNothing()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        _successor.Do(() => _successor.Lifecycle.Start.Serve(probation: TimeSpan.Zero, heartbeat: TimeSpan.Zero));
        _successor.Pass(_successor.Options.HandshakeTimeout);
        Assert.DoesNotContain(_successor.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));
    }
}
