using Baton.Handover;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Telemetry;

/// <summary>What is counted, and what can be seen at any moment.</summary>
public sealed class RestartMetricsTests
{
    [Fact]
    public void Restart_ThatSucceeds_IsCountedAndTimed()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving()).WithMetrics();
        telemetry.Process.Options.Probation = TimeSpan.FromSeconds(10);
        _ = telemetry.Process.AskRestart();
        telemetry.Process.Pass(TimeSpan.FromSeconds(2));
        telemetry.Process.Do(() => telemetry.Process.Successor.SaysReady());
        telemetry.Process.PassProbation();

        Assert.Equal(
            [
                "baton.restarts {baton.outcome=succeeded} 1",
                "baton.restart.duration {baton.outcome=succeeded} 12",
                "baton.restart.phase.duration {baton.phase=spawn} 2",
                "baton.restart.phase.duration {baton.phase=commit} 0",
                "baton.restart.phase.duration {baton.phase=probation} 10",
                "baton.handover.duration {} 2",
            ],
            telemetry.Texts());
    }

    [Fact]
    public void Restart_ThatFailsOrIsRefused_IsCountedWithItsReason()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving()).WithMetrics();
        _ = telemetry.Process.AskRestart();
        _ = telemetry.Process.AskRestart();
        telemetry.Process.Pass(telemetry.Process.Options.ReadyTimeout);
        telemetry.Process.Do(() => telemetry.Process.Successor.EndsBySignal(9));

        Assert.Equal(
            ["baton.restarts {baton.outcome=refused, error.type=in_progress} 1", "baton.restarts {baton.outcome=failed, error.type=ready_timed_out} 1"],
            telemetry.Texts().Where(t => t.StartsWith("baton.restarts", StringComparison.Ordinal)));
        Assert.Contains("baton.restart.duration {baton.outcome=failed} 60", telemetry.Texts());
        Assert.DoesNotContain(telemetry.Measured, m => m.Name == "baton.handover.duration");
    }

    [Fact]
    public void Restart_ThatIsRolledBackOrGivenUpBecauseOfAShutdown_IsNotTheSame()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving()).WithMetrics();
        telemetry.Process.Options.Probation = TimeSpan.FromSeconds(10);
        foreach (Action end in new[] { () => telemetry.Process.Successor.SaysFailed("no database"), () => telemetry.Process.Lifecycle.Shutdown.Request(By("the test")) })
        {
            _ = telemetry.Process.AskRestart();
            telemetry.Process.Do(() => telemetry.Process.Successor.SaysReady());
            telemetry.Process.Do(end);
            telemetry.Process.Pass(telemetry.Process.Options.ExitTimeout);
        }

        Assert.Equal(
            ["baton.outcome=rolled_back, error.type=successor_died", "baton.outcome=failed, error.type=stopping"],
            telemetry.Measured.Where(m => m.Name == "baton.restarts").Select(m => m.Tags));
    }

    // A successor says what it likes; each of its words would be a series that somebody stores.
    [Fact]
    public void Phases_ThatNobodyKnows_AreOne()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving()).WithMetrics();
        _ = telemetry.Process.AskRestart();
        for (int i = 0; i < 50; i++)
        {
            telemetry.Process.Do(() => telemetry.Process.Successor.SaysProgress($"phase {i}"));
        }

        telemetry.Process.Do(() => telemetry.Process.Successor.Exits(1));
        Assert.Equal(
            ["baton.phase=spawn", "baton.phase=other"], telemetry.Measured.Where(m => m.Name == "baton.restart.phase.duration").Select(m => m.Tags).Distinct());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Force_CountsWhatWasCut(bool complete)
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving()).WithMetrics();
        telemetry.Process.Effects.Open = new OpenWork(3, 5);
        if (complete)
        {
            telemetry.Process.Options.Strategy = RestartStrategy.Complete;
            _ = telemetry.Process.AskRestart();
            telemetry.Process.Do(() => telemetry.Process.Lifecycle.Shutdown.ForceDrain(By("the test")));
        }
        else
        {
            telemetry.Process.Force();
        }

        Assert.Equal(["baton.forced.connections {} 3", "baton.forced.requests {} 5"], telemetry.Texts().Where(t => t.Contains("forced", StringComparison.Ordinal)));
    }

    [Fact]
    public void Observe_AProcessThatServes_SaysItsGenerationAndState()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving()).WithMetrics();
        Assert.Equal(
            [
                "baton.generation {} 1", "baton.state {baton.state=starting} 0", "baton.state {baton.state=on_probation} 0", "baton.state {baton.state=serving} 1",
                "baton.state {baton.state=restarting} 0", "baton.state {baton.state=handed_over} 0", "baton.state {baton.state=draining} 0",
                "baton.state {baton.state=shutting_down} 0", "baton.state {baton.state=exited} 0",
            ],
            telemetry.Observe());
    }

    [Fact]
    public void Observe_AProcessThatDrainsOnProbation_SaysWhatIsOpenAndHowLong()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Watching(out _)).WithMetrics();
        telemetry.Process.Effects.Open = new OpenWork(3, 5);
        telemetry.Process.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal(
            [
                "baton.state {baton.state=handed_over} 1", "baton.probation.remaining {} 6", "baton.draining.connections {baton.generation=1} 3",
                "baton.draining.requests {baton.generation=1} 5",
            ],
            telemetry.Observe().Where(t => !t.EndsWith(" 0", StringComparison.Ordinal) && !t.StartsWith("baton.generation ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Observe_OlderGenerations_SaysWhatTheyHaveSaid()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving(), generation: 6).WithMetrics();
        (HandoverChannel theirs, Baton.Interop.Descriptor ours) = HandoverChannel.CreatePair(Deadline.Limit);
        using (theirs)
        {
            var confirmed = new HandoverMessage.Confirmed([new OlderProcess(4700, 5)]);
            telemetry.Older.Adopt(confirmed, new Received(confirmed, [ours]), ownGeneration: 6);
            theirs.Send(new HandoverMessage.Report(Handover.Messages.Status));
            Assert.True(SpinWait.SpinUntil(() => telemetry.Older.Living[0].RequestCount == 7, Deadline.Limit));
            Assert.Equal(
                ["baton.draining.connections {baton.generation=5} 4", "baton.draining.requests {baton.generation=5} 7"],
                telemetry.Observe().Where(t => t.StartsWith("baton.draining", StringComparison.Ordinal)));
        }

        Assert.True(SpinWait.SpinUntil(() => telemetry.Older.Living.Count == 0, Deadline.Limit));
    }

    // Who collects must not wait for the predecessor.
    [Fact]
    public void Observe_ASuccessorThatWasNotGreeted_SaysNoGeneration()
    {
        using TelemetryFixture telemetry = new TelemetryFixture(new LifecycleFixture(hasPredecessor: true), generation: null).WithMetrics();
        Assert.DoesNotContain(telemetry.Observe(), t => t.StartsWith("baton.generation ", StringComparison.Ordinal));
    }

    [Fact]
    public void Dispose_EndsItsInstruments()
    {
        TelemetryFixture telemetry = new TelemetryFixture(LifecycleFixture.Serving()).WithMetrics();
        telemetry.Dispose();
        telemetry.Process.Do(() => telemetry.Process.Lifecycle.Shutdown.Force(By("the test")));
        Assert.Empty(telemetry.Measured);
    }
}
