using System.Runtime.InteropServices;
using Baton.Lifecycle;
using Baton.Processes;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>What a signal does in which state; that a signal is real is for the process tests.</summary>
public class SignalActionsTests
{
    private const PosixSignal Usr1 = (PosixSignal)10;
    private const PosixSignal Usr2 = (PosixSignal)12;

    [Fact]
    public void Shutdown_ASecondSignalOfAnyName_Forces()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        Send(fixture, PosixSignal.SIGTERM);
        Assert.Equal(ProcessState.ShuttingDown, fixture.Lifecycle.State);
        Assert.Equal(0, fixture.Journal.Count("cut"));
        Send(fixture, PosixSignal.SIGINT);
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Contains("a second signal, SIGINT", fixture.Logger.Lines.Single(l => l.Event.Name == "Forced").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, ProcessState.ShuttingDown)]
    [InlineData(SignalAction.Restart, ProcessState.ShuttingDown)]
    [InlineData(SignalAction.Force, ProcessState.ShuttingDown)]
    [InlineData(SignalAction.Ignore, ProcessState.Serving)]
    [InlineData(SignalAction.HookOnly, ProcessState.Serving)]
    public void HangUp_OfTheTerminal_EndsTheServiceUnlessTheTableIgnoresIt(SignalAction? action, ProcessState expected)
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.Signals[PosixSignal.SIGHUP] = action;
        fixture.Do(() => fixture.Signals.HungUp(HangUp.OfTerminal));
        fixture.Do(() => fixture.Signals.HungUp(HangUp.OfTerminal));
        Assert.Equal(expected, fixture.Lifecycle.State);
        Assert.Equal(0, fixture.Journal.Count("cut"));
    }

    [Fact]
    public void HangUp_ByTheEndOfTheSessionsLeader_ChangesNothing()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Do(() => fixture.Signals.HungUp(HangUp.OfLeader));
        Assert.Equal(1, fixture.Journal.Count("log TerminalLost"));
        fixture.AssertServesAndCanRestart();
    }

    // The kernel tells the session's leader alone, which may be on its way out.
    [Fact]
    public void HangUp_WhileDraining_IsPassedOnToTheSuccessor()
    {
        LifecycleFixture fixture = LifecycleFixture.HandedOver();
        Assert.Equal(ProcessState.Draining, fixture.Lifecycle.State);
        fixture.Do(() => fixture.Signals.HungUp(HangUp.OfTerminal));
        Assert.Single(fixture.Journal.Entries, e => e.StartsWith("tell ", StringComparison.Ordinal) && e.Contains("Shutdown", StringComparison.Ordinal));
    }

    [Fact]
    public void Force_WhileServing_IsIgnoredAndSaysSo()
    {
        LifecycleFixture fixture = Endless(LifecycleFixture.Serving());
        Send(fixture, Usr2);
        Assert.Equal(0, fixture.Journal.Count("cut"));
        Assert.Equal(1, fixture.Journal.Count("log SignalIgnored"));
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public void Force_WhileASuccessorStarts_IsIgnored()
    {
        LifecycleFixture fixture = Endless(LifecycleFixture.Restarting(out _));
        Send(fixture, Usr2);
        Assert.Equal(0, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
    }

    [Fact]
    public void Force_WhileShuttingDown_CutsAndEnds()
    {
        LifecycleFixture fixture = Endless(LifecycleFixture.ShuttingDown());
        Send(fixture, Usr2);
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    [Fact]
    public void Force_WhileDraining_CutsAndEnds()
    {
        LifecycleFixture fixture = Endless(LifecycleFixture.HandedOver());
        Send(fixture, Usr2);
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.Exited, fixture.Lifecycle.State);
    }

    // The operator wants the old requests gone, not the service.
    [Fact]
    public void Force_WhileTheSuccessorIsOnProbation_CutsAndStaysAbleToTakeOverAgain()
    {
        LifecycleFixture fixture = Endless(LifecycleFixture.Watching(out _));
        Send(fixture, Usr2);
        Assert.Equal(1, fixture.Journal.Count("cut"));
        Assert.Equal(ProcessState.HandedOver, fixture.Lifecycle.State);
        Assert.DoesNotContain(fixture.Journal.Entries, e => e.Contains("Shutdown", StringComparison.Ordinal));

        fixture.Do(() => fixture.Successor.SaysUnhealthy("no database"));
        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
    }

    [Fact]
    public async Task Force_WhileACompleteRestartDrains_CutsAndStartsTheProgram()
    {
        LifecycleFixture fixture = Endless(LifecycleFixture.Serving());
        fixture.Options.Strategy = RestartStrategy.Complete;
        Task<RestartRecord> outcome = fixture.AskRestart();
        Send(fixture, Usr2);
        fixture.Journal.AssertOrder("cut", "start generation 2 plainly");
        Assert.Equal(RestartStrategy.Complete, (await outcome.Soon()).Strategy);
    }

    [Theory] // F16
    [InlineData(SignalAction.Ignore, "log SignalIgnored")]
    [InlineData(SignalAction.HookOnly, "log SignalForHooks")]
    public void Signal_ThatDoesNothing_IsLoggedAndChangesNothing(SignalAction action, string line)
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.Signals[Usr1] = action;
        int before = fixture.Journal.Entries.Count;
        Send(fixture, Usr1);
        Assert.Equal([line], fixture.Journal.Entries.Skip(before));
        fixture.AssertServesAndCanRestart();
    }

    private static LifecycleFixture Endless(LifecycleFixture fixture)
    {
        fixture.Options.Signals.Use(SignalPreset.Endless);
        return fixture;
    }

    private static void Send(LifecycleFixture fixture, PosixSignal signal) => fixture.Do(() => fixture.Signals.Arrived(signal));
}
