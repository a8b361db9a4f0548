using Baton.Control;
using Baton.Tests.Support;

namespace Baton.Tests.Control;

/// <summary>What is said on the control socket in answer to each command, in each state.</summary>
public class ConversationTests
{
    private static readonly ControlRequest Restart = new(ControlCommand.Restart);

    [Fact]
    public void Restart_ThatComesAbout_IsToldToTheEndOfTheProcess()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Process.Options.Probation = TimeSpan.FromSeconds(10);

        fixture.Ask(Restart);
        Assert.Equal("accepted, Serving->Restarting, phase spawn, successor 0", fixture.Said());
        fixture.Process.Do(() => fixture.Process.Successor.SaysProgress("health", "1 of 2"));
        fixture.Process.Do(() => fixture.Process.Successor.SaysProgress("health", "1 of 2"));
        Assert.Equal("phase health", fixture.Said());
        fixture.Process.Do(() => fixture.Process.Successor.SaysReady());
        Assert.Equal("phase commit, phase probation, Restarting->HandedOver, drain", fixture.Said());
        fixture.Process.PassProbation();
        Assert.Equal("HandedOver->Draining, outcome good", WithoutDrain(fixture.Said()));
        fixture.Process.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("drain", fixture.Said());
        fixture.Process.Effects.WorkEnds();
        fixture.Process.Do(() => { });
        Assert.Equal("Draining->Exited", fixture.Said());
        fixture.Finish();
        Assert.Equal("end", fixture.Said());
    }

    [Fact]
    public void Restart_ThatFails_EndsWithItsOutcome()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Process.Effects.StartFailure = new RestartException(RestartFailure.SpawnFailed, "no such file");
        fixture.Ask(Restart);
        Assert.Equal("accepted, Serving->Restarting, phase spawn, Restarting->Serving, outcome SpawnFailed serves, end", fixture.Said());
    }

    [Fact]
    public void Restart_ThatIsRolledBack_EndsWithItsOutcome()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Process.Options.Probation = TimeSpan.FromSeconds(10);
        fixture.Ask(Restart);
        fixture.Process.Do(() => fixture.Process.Successor.SaysReady());
        fixture.Said();
        fixture.Process.Do(() => fixture.Process.Successor.SaysUnhealthy("no database"));
        Assert.Equal("HandedOver->Serving, outcome SuccessorUnhealthy serves, end", fixture.Said());
    }

    [Fact]
    public void Restart_OfAProgramThatMayNotBe_IsRefused()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Process.Effects.ChoiceFailure = new RestartException(RestartFailure.ProgramRefused, "not allowed");
        fixture.Ask(Restart with { Program = "/tmp/evil" });
        Assert.Equal("end ProgramRefused", fixture.Said());
    }

    [Fact]
    public void Restart_WhileAnotherGoesOn_IsRefusedAndHearsNothingOfIt()
    {
        ConversationFixture fixture = New(LifecycleFixture.Restarting(out _));
        fixture.Ask(Restart);
        Assert.Equal("end InProgress", fixture.Said());
        fixture.Process.Do(() => fixture.Process.Successor.SaysReady());
        Assert.Equal("", fixture.Said());
    }

    [Fact]
    public void Restart_OnProbation_IsHeldAndThenToldFromItsBeginning()
    {
        ConversationFixture fixture = New(LifecycleFixture.OnProbation());
        _ = fixture.Process.AskRestart();
        fixture.Ask(Restart);
        Assert.Equal("held", fixture.Said());
        fixture.Process.Do(() => fixture.Process.Lifecycle.Start.PredecessorLeft("it confirmed"));
        Assert.Equal("OnProbation->Serving, Serving->Restarting, phase spawn, successor 0", fixture.Said());
    }

    [Fact]
    public void Restart_HeldByAPredecessor_IsRefusedWhenTheSuccessorHasProvedItself()
    {
        ConversationFixture fixture = New(LifecycleFixture.Watching(out _));
        fixture.Ask(Restart);
        fixture.Process.PassProbation();
        Assert.Equal("held, HandedOver->Draining, end AlreadyHandedOver", WithoutDrain(fixture.Said()));
    }

    [Fact]
    public void Restart_WithoutWaiting_EndsWhenItHasBegun()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Ask(Restart with { Wait = false });
        Assert.Equal("accepted, end", fixture.Said());
        Assert.Equal(ProcessState.Restarting, fixture.Process.Lifecycle.State);
    }

    [Fact]
    public void Shutdown_IsToldToTheEndOfTheProcess()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Ask(new ControlRequest(ControlCommand.Shutdown));
        Assert.Equal("accepted, Serving->ShuttingDown, drain", fixture.Said());
        fixture.Process.Effects.WorkEnds();
        fixture.Process.Do(() => { });
        fixture.Finish();
        Assert.Equal("ShuttingDown->Exited, outcome good, end", fixture.Said());
    }

    [Fact]
    public void Shutdown_WithForce_CutsWhatIsOpen()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Ask(new ControlRequest(ControlCommand.Shutdown) { Force = true });
        Assert.Equal("accepted, Serving->ShuttingDown, drain, ShuttingDown->Exited", fixture.Said());
        Assert.Contains("cut", string.Join('\n', fixture.Process.Journal.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void Force_WhileNothingDeparts_IsRefused()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Ask(new ControlRequest(ControlCommand.Force));
        Assert.Equal("end NotAllowed", fixture.Said());
        Assert.DoesNotContain("force older", string.Join('\n', fixture.Process.Journal.Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void Force_OfOlderGenerations_EndsWhenTheyAreGone()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Older = [ControlSamples.Generation with { Pid = 5 }];
        fixture.Ask(new ControlRequest(ControlCommand.Force));
        fixture.Tick();
        Assert.Equal("accepted", fixture.Said());
        Assert.Contains("force older down to 0", string.Join('\n', fixture.Process.Journal.Entries), StringComparison.Ordinal);
        fixture.Older = [];
        fixture.Tick();
        Assert.Equal("outcome good serves, end", fixture.Said());
        Assert.Equal(ProcessState.Serving, fixture.Process.Lifecycle.State);
    }

    [Fact]
    public void Force_OfOneThatDoesNotEnd_SaysSoAtTheLimit()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Older = [ControlSamples.Generation with { Pid = 5 }];
        fixture.Ask(new ControlRequest(ControlCommand.Force));
        fixture.Process.Pass(TimeSpan.FromMinutes(1));
        fixture.Tick();
        Assert.Equal("accepted, outcome TimedOut serves, end", fixture.Said());
    }

    [Fact]
    public void Force_WhileThisProcessShutsDown_CutsItsWork()
    {
        ConversationFixture fixture = New(LifecycleFixture.ShuttingDown());
        fixture.Ask(new ControlRequest(ControlCommand.Force));
        fixture.Finish();
        Assert.Equal("accepted, ShuttingDown->Exited, outcome good, end", fixture.Said());
    }

    [Fact]
    public void Watch_SaysTheStatusWhenItChangesAndNowAndThen()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Ask(new ControlRequest(ControlCommand.Watch));
        Assert.Equal("status Serving", fixture.Said());
        fixture.Tick();
        Assert.Equal("", fixture.Said());
        _ = fixture.Process.AskRestart();
        fixture.Tick();
        Assert.Equal("status Restarting", fixture.Said());
        fixture.Process.Pass(TimeSpan.FromSeconds(5));
        fixture.Tick();
        Assert.Equal("status Restarting", fixture.Said());
    }

    [Fact]
    public void Check_OfAProcessThatEnds_IsRefused()
    {
        ConversationFixture fixture = New(LifecycleFixture.ShuttingDown());
        fixture.Ask(new ControlRequest(ControlCommand.Check));
        Assert.Equal("end Stopping", fixture.Said());
    }

    [Fact]
    public void Check_RunsWhatARestartWouldRun()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Process.Options.CheckArguments.Add("--check");
        fixture.Ask(new ControlRequest(ControlCommand.Check) { Program = "/bin/true" });
        Assert.Equal("accepted, phase check", fixture.Said());
        fixture.Process.Effects.CheckEnds("no such table");
        Assert.Equal("outcome CheckFailed serves, end", fixture.Said());
        Assert.Equal(ProcessState.Serving, fixture.Process.Lifecycle.State);
    }

    [Fact]
    public void Check_OfAProgramThatIsNotThere_Fails()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Ask(new ControlRequest(ControlCommand.Check) { Program = "/missing/program" });
        Assert.Equal("accepted, outcome SpawnFailed serves, end", fixture.Said());
    }

    [Fact]
    public void Leaving_EndsTheSubscriptionAndNothingElse()
    {
        ConversationFixture fixture = New(LifecycleFixture.Serving());
        fixture.Ask(Restart);
        Assert.True(fixture.Process.Context.Feed.WantsReports);
        fixture.Leave();
        Assert.False(fixture.Process.Context.Feed.WantsReports);
        fixture.Said();
        fixture.Process.Do(() => fixture.Process.Successor.SaysReady());
        Assert.Equal("", fixture.Said());
        Assert.Equal(ProcessState.Draining, fixture.Process.Lifecycle.State);
    }

    private static ConversationFixture New(LifecycleFixture process) => new(process);

    private static string WithoutDrain(string said) => string.Join(", ", said.Split(", ").Where(w => w != "drain"));
}
