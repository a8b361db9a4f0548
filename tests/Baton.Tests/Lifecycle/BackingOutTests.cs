using System.ComponentModel;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>Restarts that fail: the successor is gone, this process serves as before, and the next restart works (F6).</summary>
public class BackingOutTests
{
    private static string KeepsServing => $"Process {Environment.ProcessId} keeps serving.";

    // F1
    [Fact]
    public async Task Restart_ProgramCantBeStarted_NamesWhatWasTriedWhatHappenedAndWhatHolds()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Effects.StartFailure = new RestartException(RestartFailure.SpawnFailed, "Could not start /srv/app in /srv: the program does not exist (errno 2).");

        RestartException failure = await fixture.AskRestart("SIGUSR2").Failure();

        Assert.Equal(RestartFailure.SpawnFailed, failure.Failure);
        Assert.Equal($"Restart by SIGUSR2: Could not start /srv/app in /srv: the program does not exist (errno 2). {KeepsServing}", failure.Message);
        fixture.Effects.StartFailure = null;
        fixture.AssertServesAndCanRestart();
    }

    // F1: no descriptors or threads are left.
    [Fact]
    public async Task Restart_StartFailsInAnUnforeseenWay_BacksOutToo()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Effects.StartFailure = new Win32Exception(24, "Could not create a socket pair: Too many open files.");

        Task<RestartRecord> outcome = fixture.AskRestart();

        Assert.Equal(ProcessState.Serving, fixture.Lifecycle.State);
        Assert.Equal(RestartFailure.SpawnFailed, (await outcome.Failure()).Failure);
    }

    // F2, F3
    [Theory]
    [InlineData(134)]
    [InlineData(0)]
    public async Task Restart_SuccessorExitsBeforeItIsReady_BacksOut(int code)
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.SaysProgress("warming up"));
        fixture.Do(() => fixture.Successor.Exits(code));

        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.SuccessorExited, failure.Failure);
        Assert.Equal(
            $"Restart by the test: successor 4711 exited with code {code} before it was ready; last heard: warming up. {KeepsServing}", failure.Message);
        Assert.Equal(0, fixture.Journal.Count("close gate"));
        fixture.AssertServesAndCanRestart();
    }

    // F5, G2
    [Fact]
    public async Task Restart_SuccessorSaysThatItFailed_ReportsItsReasonOnceItHasEnded()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.SaysFailed("no such database"));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));

        fixture.Do(() => fixture.Successor.Exits(1));

        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.SuccessorFailed, failure.Failure);
        Assert.Contains("successor 4711 could not start: no such database", failure.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    // An application that disposes what it has tells of its end first, and of the exception behind it only then.
    [Fact]
    public async Task Restart_SuccessorSaysThatItFailedTwice_ReportsTheLastReason()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.SaysFailed("the application ends by itself"));
        fixture.Do(() => fixture.Successor.SaysFailed("no such database"));
        fixture.Do(() => fixture.Successor.Exits(134));

        RestartException failure = await outcome.Failure();
        Assert.Contains("successor 4711 could not start: no such database", failure.Message, StringComparison.Ordinal);
        Assert.Equal(("no such database", 134), (failure.SuccessorWords, failure.SuccessorExitCode));
        Assert.DoesNotContain("ends by itself", failure.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public async Task Restart_SuccessorCrashesWithADump_IsNotKilledAndTheCrashIsNamed()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Successor.Dump = "createdump writes a dump";
        fixture.Pass(fixture.Options.ReadyTimeout);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        fixture.Do(() => fixture.Successor.EndsBySignal(11));

        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.SuccessorExited, failure.Failure);
        Assert.Contains("successor 4711 crashed before it was ready, and createdump writes a dump", failure.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    // What it says after it was killed for another reason is no better reason.
    [Fact]
    public async Task Restart_SuccessorFailsAfterItWasTooLate_ReportsTheTimeout()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Pass(fixture.Options.ReadyTimeout);
        fixture.Do(() => fixture.Successor.SaysFailed("no such database"));
        fixture.Do(() => fixture.Successor.EndsBySignal(9));
        Assert.Equal(RestartFailure.ReadyTimedOut, (await outcome.Failure()).Failure);
    }

    [Fact]
    public void Restart_SuccessorSaysThatItFailedButStays_IsKilledAfterTheExitTimeout()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Do(() => fixture.Successor.SaysFailed("no such database"));
        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
    }

    // Its number and its pidfd may be another's by then.
    [Fact]
    public void Restart_SuccessorSaysThatItFailedAndEnds_IsNeverKilled()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Do(() => fixture.Successor.SaysFailed("no such database"));
        fixture.Do(() => fixture.Successor.Exits(1));
        fixture.Pass(fixture.Options.ExitTimeout);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
    }

    // C10
    [Fact]
    public async Task Restart_SuccessorBreaksTheProtocol_IsKilledAndBacksOutWhenItHasEnded()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Do(() => fixture.Successor.Breaks(new RestartException(RestartFailure.ProtocolError, "A message without a kind arrived.")));
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);

        fixture.Do(() => fixture.Successor.EndsBySignal(9));

        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.ProtocolError, failure.Failure);
        Assert.Contains("broke the handover: A message without a kind arrived", failure.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    // F4
    [Fact]
    public async Task Restart_SuccessorIsNotReadyInTime_IsKilledAndBacksOutWhenItHasEnded()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Pass(fixture.Options.ReadyTimeout - TimeSpan.FromTicks(1));
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));

        fixture.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);

        fixture.Do(() => fixture.Successor.EndsBySignal(9));
        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.ReadyTimedOut, failure.Failure);
        Assert.Contains("was not ready within 60 s and was killed; last heard: spawn", failure.Message, StringComparison.Ordinal);
        fixture.AssertServesAndCanRestart();
    }

    // F4: one that sits in an uninterruptible system call can't be waited for.
    [Fact]
    public async Task Restart_KilledSuccessorDoesNotEnd_BacksOutAfterTheExitTimeoutAllTheSame()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Pass(fixture.Options.ReadyTimeout);
        fixture.Pass(fixture.Options.ExitTimeout);

        Assert.Equal(RestartFailure.ReadyTimedOut, (await outcome.Failure()).Failure);
        Assert.Contains("SuccessorNotReaped", fixture.Logger.EventNames);
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public void Restart_KilledSuccessorEndsAfterTheBackOut_DoesNotTouchTheNextOne()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        FakeSuccessor first = fixture.Successor;
        fixture.Pass(fixture.Options.ReadyTimeout);
        fixture.Pass(fixture.Options.ExitTimeout);
        fixture.AssertServesAndCanRestart();

        fixture.Do(() => first.EndsBySignal(9));

        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
        Assert.Equal(FakeEffects.FirstSuccessorPid + 1, fixture.Lifecycle.Restarts.SuccessorPid);
    }

    // F12
    [Fact]
    public void SuccessorReady_AfterTheReadyTimeout_IsRefused()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Pass(fixture.Options.ReadyTimeout);
        fixture.Do(() => fixture.Successor.SaysReady());

        Assert.Contains(fixture.Journal.Entries, e => e.StartsWith("tell 4711 Refused { Reason = Restart by the test: successor 4711 was not ready within", StringComparison.Ordinal));
        Assert.Equal(0, fixture.Journal.Count("close gate"));
        Assert.Equal(0, fixture.Journal.Count("commit 4711"));
    }

    // F9: it dies between ready and commit.
    [Fact]
    public async Task SuccessorReady_CommitCantBeSent_AcceptsAgainAndServes()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out Task<RestartRecord> outcome);
        fixture.Successor.CommitFailure = new RestartException(RestartFailure.PeerLost, "The peer has closed its end of the channel.");
        fixture.Do(() => fixture.Successor.SaysReady());
        fixture.Do(() => fixture.Successor.EndsBySignal(11));

        fixture.Journal.AssertOrder("close gate", "kill 4711", "open gate", "log RestartFailed");
        RestartException failure = await outcome.Failure();
        Assert.Equal(RestartFailure.PeerLost, failure.Failure);
        Assert.Contains("was ready, but could not be told to serve", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("drain", fixture.Journal.Entries);
        fixture.AssertServesAndCanRestart();
    }

    [Fact]
    public void Restart_InfiniteReadyTimeout_WaitsForEver()
    {
        LifecycleFixture fixture = LifecycleFixture.Serving();
        fixture.Options.ReadyTimeout = Timeout.InfiniteTimeSpan;
        fixture.AskRestart();
        fixture.Pass(TimeSpan.FromDays(365));
        Assert.Equal(ProcessState.Restarting, fixture.Lifecycle.State);
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
    }

    // A4: it was ready while this process was stopped; its word is there, and is read first.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReadyTimeout_PassedWhileThisProcessWasPaused_IsNoVerdict(bool unheard)
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Successor.HasUnheard = unheard;
        fixture.Pass(fixture.Options.ReadyTimeout + (unheard ? TimeSpan.Zero : TimeSpan.FromMinutes(1)));
        Assert.Equal(0, fixture.Journal.Count("kill 4711"));
        fixture.Do(() => fixture.Successor.SaysReady());
        Assert.Equal(1, fixture.Journal.Count("commit 4711"));
    }

    [Fact]
    public void ReadyTimeout_PassedAgainAfterAPause_IsAVerdict()
    {
        LifecycleFixture fixture = LifecycleFixture.Restarting(out _);
        fixture.Pass(TimeSpan.FromHours(1));
        fixture.Pass(fixture.Options.ReadyTimeout);
        fixture.Pass(fixture.Options.ReadyTimeout / 4);
        fixture.Pass(fixture.Options.ReadyTimeout / 4);
        Assert.Equal(1, fixture.Journal.Count("kill 4711"));
    }
}
