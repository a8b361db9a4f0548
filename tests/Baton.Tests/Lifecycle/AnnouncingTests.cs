using Baton.Resources;
using Baton.Systemd;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>Checklist E1: what whoever manages the service is told, by whom and in which order.</summary>
public class AnnouncingTests
{
    [Fact]
    public void Handover_ThePidFileIsWrittenFirst_AndTheSuccessorServesLast() =>
        LifecycleFixture.Watching(out _).Journal.AssertOrder("announce Serves", "announce RestartBegun", "close gate", "name 4711", "announce HandingOver", "commit 4711");

    // What is only news of how far this process is must not be told it, nor anything twice.
    [Fact]
    public void Systemd_IsToldARefusalAndAHandover_InTheirPlaces()
    {
        var fixture = new LifecycleFixture();
        _ = new SystemdService(
            (text, _) =>
            {
                fixture.Journal.Add($"systemd {text.Split('\n')[0]}");
                return 0;
            },
            watchdog: null, new ResourceRegistry(fixture.Logger), fixture.Context, () => default, findStandIn: null);
        fixture.Do(fixture.Lifecycle.Start.ServiceReady);
        fixture.Effects.ChoiceFailure = new RestartException(RestartFailure.ProgramRefused, "not allowed");
        _ = fixture.AskRestart();
        fixture.Effects.ChoiceFailure = null;
        _ = fixture.AskRestart();
        _ = fixture.AskRestart("another client");
        fixture.Do(() => fixture.Successor.SaysProgress("health", "1 of 2"));
        fixture.Do(() => fixture.Successor.SaysReady());
        Assert.Equal(
            ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "STATUS=Restarting: successor 4711: health: 1 of 2", "MAINPID=4711"],
            fixture.Journal.Entries.Where(e => e.StartsWith("systemd ", StringComparison.Ordinal)).Select(e => e["systemd ".Length..]));
        fixture.Journal.AssertOrder("open gate", "systemd READY=1", "name 4711", "systemd MAINPID=4711", "commit 4711");
    }

    [Fact]
    public void Probation_Passes_ThePredecessorSaysNothingMore()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.PassProbation();
        fixture.Do(fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
        AssertLast(fixture, "announce HandingOver");
    }

    [Fact]
    public void RollBack_IsToldOnceThisProcessAccepts()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.Do(() => fixture.Successor.Exits(1));
        fixture.Journal.AssertOrder("announce HandingOver", "open gate", "name self", "announce ServesAgain", "announce RestartEnded");
    }

    [Fact]
    public void SuccessorFails_BeforeItWasReady_IsToldOnceThisProcessServes()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Do(() => fixture.Successor.Exits(1));
        fixture.Journal.AssertOrder("announce RestartBegun", "log StateChanged", "announce RestartEnded");
        Assert.Equal(0, fixture.Journal.Count("announce HandingOver"));
    }

    // Who waits for the reload must learn that it is over.
    [Fact]
    public void Program_IsRefused_IsToldAsARestartThatFailed()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Effects.ChoiceFailure = new RestartException(RestartFailure.SpawnFailed, "not allowed");
        _ = fixture.AskRestart();
        Assert.Equal(0, fixture.Journal.Count("announce RestartBegun"));
        AssertLast(fixture, "announce RestartRefused");
    }

    // The one that was begun since then is still under way.
    [Fact]
    public void RollBack_AHeldRestartBegins_ItsReportIsNotTakenForTheNewOne()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        _ = fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysFailed("no database"));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
        AssertLast(fixture, "announce RestartBegun");
        fixture.Pass(fixture.Options.ExitTimeout);
        AssertLast(fixture, "announce RestartBegun");
    }

    [Fact]
    public void Shutdown_OfTheProcessInCharge_IsToldOnce()
    {
        foreach (LifecycleFixture fixture in new[] { LifecycleFixture.Serving(), LifecycleFixture.OnProbation(), LifecycleFixture.Restarting(out _), new LifecycleFixture() })
        {
            fixture.Shutdown();
            fixture.Shutdown();
            fixture.Force();
            Assert.Equal(1, fixture.Journal.Count("announce Stopping"));
        }
    }

    // It would end the service, which another process serves.
    [Fact]
    public void Shutdown_OfAnyOther_IsNotTold()
    {
        foreach (LifecycleFixture fixture in new[] { LifecycleFixture.HandedOver(), LifecycleFixture.Watching(out _), new LifecycleFixture(hasPredecessor: true, generation: 2) })
        {
            fixture.Shutdown();
            fixture.Force();
            Assert.Equal(0, fixture.Journal.Count("announce Stopping"));
        }
    }

    [Fact]
    public void Relieved_Successor_IsNoLongerInChargeAndStopsNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(fixture.Lifecycle.Probation.TakenBack);
        AssertLast(fixture, "announce GaveBack");
    }

    [Fact]
    public void Successor_IsConfirmed_IsProvedOnce()
    {
        LifecycleFixture fixture = LifecycleFixture.OnProbation();
        fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft("confirmed"));
        fixture.Do(() => fixture.Lifecycle.Start.PredecessorLeft("gone"));
        Assert.Equal(1, fixture.Journal.Count("announce StateChanged"));
    }

    // Nobody else sees it: it is a child of this process.
    [Fact]
    public void ProvedSuccessor_IsKilled_IsToldUnlessItHasHandedOn()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.PassProbation();
        fixture.Do(() => fixture.Successor.EndsBySignal(9));
        AssertLast(fixture, "announce NobodyServes");
    }

    [Fact]
    public void ProvedSuccessor_EndsWithoutNeed_IsNotTold()
    {
        LifecycleFixture handedOn = LifecycleFixture.Watching(out _);
        handedOn.PassProbation();
        handedOn.Do(() => handedOn.Successor.HandsOn());
        handedOn.Do(() => handedOn.Successor.EndsBySignal(9));
        LifecycleFixture ended = LifecycleFixture.Watching(out _);
        ended.PassProbation();
        ended.Do(() => ended.Successor.Exits(0));
        Assert.All([handedOn, ended], fixture => AssertLast(fixture, "announce HandingOver"));
    }

    // It died in the middle of a restart: the one that it had started serves on; or that had failed before, and nobody does.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ProvedSuccessor_IsKilledAfterItStartedOne_IsToldUnlessThatLives(bool lives)
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        fixture.PassProbation();
        fixture.Do(() => fixture.Successor.HandsOn());
        fixture.Do(() => fixture.Successor.HandsOn(4712));
        if (lives)
        {
            fixture.Effects.LivingHeirs.Add(4712);
        }

        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        AssertLast(fixture, lives ? "announce HandingOver" : "announce NobodyServes");
    }

    // It finishes its requests still, which may take longer than the next restart.
    [Fact]
    public void RolledBackSuccessor_IsKilledAfterTheNextHasTakenOver_IsNotTold()
    {
        LifecycleFixture fixture = LifecycleFixture.Watching(out _);
        FakeSuccessor rolledBack = fixture.Successor;
        fixture.Do(() => rolledBack.SaysUnhealthy("no database"));
        _ = fixture.AskRestart();
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.PassProbation();

        fixture.Do(() => rolledBack.EndsBySignal(9));

        AssertLast(fixture, "announce HandingOver");
    }

    private static void AssertLast(LifecycleFixture fixture, string entry) =>
        Assert.Equal(entry, fixture.Journal.Entries.Last(e => e.StartsWith("announce ", StringComparison.Ordinal) && e is not ("announce stopping" or "announce ready")));
}
