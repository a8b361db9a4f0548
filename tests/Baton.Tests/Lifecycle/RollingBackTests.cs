using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

/// <summary>A successor that serves and does not prove itself: its predecessor serves again.</summary>
public class RollingBackTests
{
    private readonly LifecycleFixture _fixture;
    private readonly Task<RestartRecord> _outcome;

    public RollingBackTests() => _fixture = LifecycleFixture.Watching(out _outcome, "tcp:127.0.0.1:80");

    [Theory]
    [InlineData(0)]
    [InlineData(134)]
    public async Task SuccessorExits_OnProbation_IsRolledBackAndItsExitCodeReported(int code)
    {
        _fixture.Do(() => _fixture.Successor.IsAlive(connections: 3, requests: 2));
        _fixture.Pass(TimeSpan.FromSeconds(1));
        _fixture.Do(() => _fixture.Successor.Exits(code));

        RestartException failure = await AssertRolledBack(RestartFailure.SuccessorDied, killed: false);
        Assert.Equal((code, null, null), (failure.SuccessorExitCode, failure.SuccessorSignal, failure.SuccessorWords));
        Assert.Contains($"successor 4711 took over, then exited with code {code}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("1000 ms before, it had 3 connections and 2 requests open", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith($"rolled back. Process {Environment.ProcessId} serves again.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SuccessorEndsBySignal_OnProbation_IsRolledBackAndTheSignalReported()
    {
        _fixture.Do(() => _fixture.Successor.EndsBySignal(11));
        RestartException failure = await AssertRolledBack(RestartFailure.SuccessorDied, killed: false);
        Assert.Equal((null, 11), (failure.SuccessorExitCode, failure.SuccessorSignal));
        Assert.Contains("what it had open is not known", failure.Message, StringComparison.Ordinal);
    }

    // By its own words: an unhandled exception, or a service that gives up.
    [Fact]
    public async Task SuccessorFails_OnProbation_EndsByItself()
    {
        // It has stopped accepting. Killed at once, its crash dump would be lost.
        _fixture.Do(() => _fixture.Successor.SaysFailed("InvalidOperationException: no database"));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.False(_outcome.IsCompleted);
        _fixture.Do(() => _fixture.Successor.EndsBySignal(6));

        RestartException failure = await AssertRolledBack(RestartFailure.SuccessorDied, killed: false);
        Assert.Equal("InvalidOperationException: no database", failure.SuccessorWords);
        Assert.Equal(6, failure.SuccessorSignal);
    }

    [Fact]
    public void SuccessorFails_OnProbationAndStays_IsKilledAfterTheExitTimeout()
    {
        _fixture.Do(() => _fixture.Successor.SaysFailed("InvalidOperationException: no database"));
        Assert.Equal(0, _fixture.Journal.Count("kill 4711"));
        _fixture.Pass(_fixture.Options.ExitTimeout);
        Assert.Equal(1, _fixture.Journal.Count("kill 4711"));
    }

    // It stands still: no hang, and killing it would destroy the dump.
    [Fact]
    public async Task SuccessorCrashes_OnProbationWithADump_IsRolledBackAtOnceAndMayFinishIt()
    {
        _fixture.Successor.Dump = "createdump writes a dump";
        _fixture.Pass(SuccessorKill.Look);
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        _fixture.Pass(TimeSpan.FromMinutes(4));
        Assert.Equal(0, _fixture.Journal.Count("kill 4711"));
        Assert.Contains("CrashDumpAwaited", _fixture.Logger.EventNames);

        _fixture.Do(() => _fixture.Successor.EndsBySignal(6));
        RestartException failure = await AssertRolledBack(RestartFailure.SuccessorDied, killed: false);
        Assert.Contains("took over, then crashed, and createdump writes a dump", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SuccessorCrashes_OnProbationWithADumpThatHasNoEnd_IsKilledInTheEnd()
    {
        _fixture.Successor.Dump = "createdump writes a dump";
        _fixture.Pass(SuccessorKill.Look);
        _fixture.Pass(_fixture.Options.CrashDumpTimeout);
        Assert.Equal(1, _fixture.Journal.Count("kill 4711"));
    }

    [Fact]
    public void SuccessorCrashes_NoTimeForDumps_IsKilledAtOnce()
    {
        _fixture.Options.CrashDumpTimeout = TimeSpan.Zero;
        _fixture.Successor.Dump = "createdump writes a dump";
        _fixture.Pass(SuccessorKill.Look);
        Assert.Equal(1, _fixture.Journal.Count("kill 4711"));
    }

    [Fact]
    public async Task SuccessorBreaksTheProtocol_OnProbation_IsKilledBeforeThisProcessAcceptsAgain()
    {
        _fixture.Do(() => _fixture.Successor.Breaks(new RestartException(RestartFailure.ProtocolError, "A message without a kind arrived.")));
        _fixture.Do(() => _fixture.Successor.EndsBySignal(9));
        RestartException failure = await AssertRolledBack(RestartFailure.ProtocolError, killed: true);
        Assert.Contains("broke the handover: A message without a kind arrived", failure.Message, StringComparison.Ordinal);
    }

    // It finishes what it has accepted, and is only killed if it does not end.
    [Fact]
    public async Task SuccessorIsUnhealthy_OnProbation_IsToldOnlyOnceThisProcessAcceptsAgain()
    {
        _fixture.Do(() => _fixture.Successor.SaysUnhealthy("no database"));
        _fixture.Journal.AssertOrder("open gate", "tell 4711 TakenBack { }");
        RestartException failure = await AssertRolledBack(RestartFailure.SuccessorUnhealthy, killed: false);
        Assert.Equal("no database", failure.SuccessorWords);

        _fixture.Pass(_fixture.Options.DrainTimeout + _fixture.Options.ExitTimeout - TimeSpan.FromTicks(1));
        Assert.Equal(0, _fixture.Journal.Count("kill 4711"));
        _fixture.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(1, _fixture.Journal.Count("kill 4711"));
    }

    [Fact]
    public async Task SuccessorIsSilent_OnProbation_IsKilledBeforeThisProcessAcceptsAgain()
    {
        for (int look = 0; look < 5; look++)
        {
            Assert.Equal(0, _fixture.Journal.Count("kill 4711"));
            _fixture.Pass(_fixture.Options.HeartbeatTimeout / 4);
        }

        _fixture.Do(() => _fixture.Successor.EndsBySignal(9));
        RestartException failure = await AssertRolledBack(RestartFailure.SuccessorHung, killed: true);
        Assert.Contains("gave no sign of progress for 5 s and was killed", failure.Message, StringComparison.Ordinal);
    }

    // One that sits in an uninterruptible system call: nobody waits for it.
    [Fact]
    public async Task KilledSuccessor_DoesNotEnd_IsReportedAfterTheExitTimeoutAllTheSame()
    {
        _fixture.Do(() => _fixture.Successor.SaysFailed("no database"));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        _fixture.Pass(_fixture.Options.ExitTimeout);
        RestartException failure = await _outcome.Failure();
        Assert.Equal((null, null), (failure.SuccessorExitCode, failure.SuccessorSignal));
    }

    [Fact]
    public async Task RolledBack_ThePhases_TellWhereItHappened()
    {
        _fixture.Pass(TimeSpan.FromSeconds(2));
        _fixture.Do(() => _fixture.Successor.Exits(1));
        RestartException failure = await _outcome.Failure();
        Assert.Equal([("spawn", 0), ("commit", 0), ("probation", 2)], failure.Phases.Select(p => (p.Name, (int)p.Duration.TotalSeconds)));
    }

    [Fact]
    public void RolledBack_TheNextRestart_Works()
    {
        _fixture.Do(() => _fixture.Successor.Exits(1));
        _fixture.AssertServesAndCanRestart();
        _fixture.Do(() => _fixture.Successor.SaysReady());
        _fixture.PassProbation();
        Assert.Equal(ProcessState.Draining, _fixture.Lifecycle.State);
        Assert.Equal(1, _fixture.Journal.Count("confirm 4712"));
        Assert.DoesNotContain("LoopFailed", _fixture.Logger.EventNames);
    }

    // The exception comes only after it has disposed what it had. The service does not wait for it.
    [Fact]
    public async Task SuccessorEndsByItself_OnProbation_IsRolledBackAtOnceAndReportedWithTheExceptionBehindIt()
    {
        _fixture.Do(() => _fixture.Successor.SaysUnhealthy("the application ends by itself", ends: true));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.False(_outcome.IsCompleted);
        _fixture.Do(() => _fixture.Successor.SaysFailed("InvalidOperationException: no database"));
        _fixture.Do(() => _fixture.Successor.Exits(134));

        RestartException failure = await AssertRolledBack(RestartFailure.SuccessorUnhealthy, killed: false);
        Assert.Contains("took over, then gave back: InvalidOperationException: no database; rolled back", failure.Message, StringComparison.Ordinal);
        Assert.Equal(("InvalidOperationException: no database", 134), (failure.SuccessorWords, failure.SuccessorExitCode));
    }

    // It finishes slow requests: whoever asked for the restart does not wait for them.
    [Fact]
    public async Task SuccessorEndsByItself_OnProbationAndTakesItsTime_IsReportedAfterTheExitTimeout()
    {
        _fixture.Do(() => _fixture.Successor.SaysUnhealthy("the host ends by itself", ends: true));
        _fixture.Pass(_fixture.Options.ExitTimeout);
        Assert.Contains("gave back: the host ends by itself; rolled back", (await _outcome.Failure()).Message, StringComparison.Ordinal);
    }

    // Somebody asked it before it knew that it was relieved; the service was meant, and its unix paths are gone.
    [Fact]
    public void SuccessorIsAskedToShutDown_AfterItGaveBack_ThisProcessEndsToo()
    {
        _fixture.Do(() => _fixture.Successor.SaysUnhealthy("no database"));
        _fixture.Do(() => _fixture.Successor.SaysStopping("SIGTERM"));
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
    }

    [Fact]
    public void RolledBack_LimitsAreTheLongestThereAre_WorksToo()
    {
        (_fixture.Options.DrainTimeout, _fixture.Options.ExitTimeout) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        _fixture.Do(() => _fixture.Successor.SaysUnhealthy("no database"));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.DoesNotContain("LoopFailed", _fixture.Logger.EventNames);
        _fixture.Pass(TimeSpan.FromDays(365));
        Assert.Equal(0, _fixture.Journal.Count("kill 4711"));
    }

    // What was on its way when it ended.
    [Fact]
    public void Events_AfterTheRollBack_ChangeNothing()
    {
        _fixture.Do(() => _fixture.Successor.SaysUnhealthy("no database"));
        int before = _fixture.Journal.Entries.Count;
        _fixture.Do(() => _fixture.Successor.IsAlive());
        _fixture.Do(() => _fixture.Successor.SaysReady());
        _fixture.Do(() => _fixture.Successor.SaysUnhealthy("still no database"));
        _fixture.Do(() => _fixture.Successor.SaysFailed("too late"));
        _fixture.Do(() => _fixture.Successor.HandsOn());
        _fixture.Pass(_fixture.Options.Probation);
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.Equal(before, _fixture.Journal.Entries.Count);

        _fixture.Do(() => _fixture.Successor.Exits(1));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.DoesNotContain("LoopFailed", _fixture.Logger.EventNames);
    }

    // The old departure is over: neither its end nor its limits may touch a process that serves.
    [Fact]
    public void RolledBack_TheOldDrainTimeout_CutsNothing()
    {
        _fixture.Do(_fixture.Effects.WorkEnds);
        _fixture.Do(() => _fixture.Successor.Exits(1));
        _fixture.Pass(_fixture.Options.DrainTimeout + _fixture.Options.ExitTimeout);
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.DoesNotContain("cut", _fixture.Journal.Entries);
    }

    [Fact]
    public void RolledBack_AShutdownLater_DrainsAnew()
    {
        _fixture.Do(_fixture.Effects.WorkEnds);
        _fixture.Do(() => _fixture.Successor.Exits(1));
        _fixture.Shutdown();
        Assert.Equal(ProcessState.ShuttingDown, _fixture.Lifecycle.State);
        _fixture.Effects.Open = new OpenWork(Connections: 1, Requests: 1);
        _fixture.Do(_fixture.Effects.WorkEnds);
        Assert.Equal(ProcessState.Exited, _fixture.Lifecycle.State);
    }

    private async Task<RestartException> AssertRolledBack(RestartFailure reason, bool killed)
    {
        _fixture.Journal.AssertOrder([.. killed ? ["kill 4711"] : Array.Empty<string>(), "resume", "open gate", "log RolledBack"]);
        Assert.Equal(killed ? 1 : 0, _fixture.Journal.Count("kill 4711"));
        Assert.Equal(ProcessState.Serving, _fixture.Lifecycle.State);
        Assert.Equal(0, _fixture.Journal.Count("confirm 4711"));
        Assert.DoesNotContain(_fixture.Journal.Entries, e => e.StartsWith("release", StringComparison.Ordinal));
        RestartException failure = await _outcome.Failure();
        Assert.Equal(reason, failure.Failure);
        return failure;
    }
}
