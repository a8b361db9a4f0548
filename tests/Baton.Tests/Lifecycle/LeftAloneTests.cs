using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>F8: a successor whose predecessor dies before the commit: nobody else can serve.</summary>
public class LeftAloneTests
{
    private readonly LifecycleFixture _successor = new(hasPredecessor: true, generation: 2);

    [Fact]
    public async Task PredecessorDied_ReadyWasSaid_ServesAtOnceAndForGood()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        Die();
        _successor.Journal.AssertOrder("announce ready", "log LeftAlone", "name self", "announce LeftAlone", "name self", "open gate", "announce Serves", "end sharing");
        Assert.Equal(ProcessState.Serving, _successor.Lifecycle.State);
        await _successor.Lifecycle.Start.Ready.Soon();
        await _successor.Lifecycle.Probation.Ended.Soon();
        _successor.AssertServesAndCanRestart();
    }

    [Fact]
    public void PredecessorDied_NotReadyYet_ServesWhenItIs()
    {
        Die();
        Assert.Equal(ProcessState.Starting, _successor.Lifecycle.State);
        Assert.Equal(0, _successor.Journal.Count("open gate"));
        Assert.True(_successor.Lifecycle.Start.IsAlone);

        _successor.Do(_successor.Lifecycle.Start.ServiceReady);

        Assert.Equal(ProcessState.Serving, _successor.Lifecycle.State);
        Assert.Equal(0, _successor.Journal.Count("announce ready"));
        Assert.Equal(1, _successor.Journal.Count("open gate"));
    }

    [Fact]
    public void PredecessorDied_NotReadyInTime_GivesUpTheListenersAndEndsWithTheReason()
    {
        _successor.Pass(_successor.Options.ReadyTimeout);
        Die();
        _successor.Do(() => _successor.Lifecycle.Start.ReportProgress(Named("health"), "3 of 4"));
        _successor.Pass(_successor.Options.ReadyTimeout - TimeSpan.FromTicks(1));
        Assert.DoesNotContain(_successor.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));

        _successor.Pass(TimeSpan.FromTicks(1));

        _successor.Journal.AssertOrder(
            "release all but []", "end process with 1: its predecessor 4710 has died, and it was not ready within 60 s of that; last: health: 3 of 4");
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        Assert.Equal(0, _successor.Journal.Count("open gate"));
    }

    // A refusal is no loss: this process was told not to serve.
    [Fact]
    public void PredecessorDied_AfterItRefused_EndsTheProcessForThatReason()
    {
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        _successor.Do(() => _successor.Lifecycle.Start.GiveUp("the predecessor refused: too late"));
        Die();
        Assert.Equal(0, _successor.Journal.Count("open gate"));
        Assert.Single(_successor.Journal.Entries, e => e.StartsWith("end process", StringComparison.Ordinal));
    }

    [Fact]
    public void PredecessorDied_AfterThisProcessWasAskedToShutDown_ServesNothing()
    {
        _successor.Shutdown();
        Die();
        Assert.Equal(ProcessState.ShuttingDown, _successor.Lifecycle.State);
        Assert.Equal(0, _successor.Journal.Count("open gate"));
    }

    // systemd and others hear that the service ends: this process is the service.
    [Fact]
    public void Shutdown_LeftAloneButNotReady_IsTheEndOfTheService()
    {
        Die();
        _successor.Shutdown();
        _successor.Journal.AssertOrder("announce LeftAlone", "announce Stopping", "release all but []", "announce stopping");
        _successor.Do(_successor.Effects.WorkEnds);
        Assert.True(_successor.Lifecycle.Exited.IsCompletedSuccessfully);
    }

    [Fact]
    public void RestartBySignal_LeftAlone_IsHeldUntilThisProcessServes()
    {
        Die();
        _successor.AskRestart(bySignal: true);
        Assert.Contains("log RestartHeld", _successor.Journal.Entries);
        _successor.Do(_successor.Lifecycle.Start.ServiceReady);
        Assert.Equal(ProcessState.Restarting, _successor.Lifecycle.State);
    }

    // Its commit arrived before its end.
    [Fact]
    public void PredecessorDied_AfterTheCommit_IsNotNews()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(() => fixture.Lifecycle.Start.PredecessorDied("the predecessor is gone"));
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
        Assert.False(fixture.Lifecycle.Start.IsAlone);
        Assert.DoesNotContain("announce LeftAlone", fixture.Journal.Entries);
    }

    private void Die() => _successor.Do(() => _successor.Lifecycle.Start.PredecessorDied("the predecessor is gone"));
}
