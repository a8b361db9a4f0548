using System.Diagnostics;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Telemetry;

/// <summary>The spans of a process that is asked to restart.</summary>
public sealed class RestartTracerTests : IDisposable
{
    private readonly TelemetryFixture _telemetry = new(LifecycleFixture.Serving());

    private LifecycleFixture Process => _telemetry.Process;

    public void Dispose() => _telemetry.Dispose();

    [Fact]
    public void Restart_ThatSucceeds_IsASpanWithAllItsPhasesAndADrain()
    {
        _telemetry.WithTraces();
        DateTime asked = _telemetry.Now;
        Process.Options.Probation = TimeSpan.FromSeconds(10);
        _ = Process.AskRestart("alice");
        Process.Pass(TimeSpan.FromSeconds(1));
        Process.Do(() => Process.Successor.SaysProgress("health", "3 of 4"));
        Process.Pass(TimeSpan.FromSeconds(2));
        Process.Do(() => Process.Successor.SaysProgress("counting sheep"));
        Process.Do(() => Process.Successor.SaysReady());
        Process.PassProbation();
        Assert.Null(Activity.Current);

        Activity restart = _telemetry.Span("restart");
        Assert.Equal((asked, TimeSpan.FromSeconds(13), ActivityStatusCode.Unset), (restart.StartTimeUtc, restart.Duration, restart.Status));
        Assert.Equal(
            ("alice", FakeEffects.FirstSuccessorPid, 2, "succeeded", null),
            (restart.GetTagItem("baton.trigger"), restart.GetTagItem("baton.successor.pid"), restart.GetTagItem("baton.generation"), restart.GetTagItem("baton.outcome"), restart.GetTagItem("error.type")));
        Activity[] phases = [.. _telemetry.Spans.Where(s => s.ParentSpanId == restart.SpanId)];
        Assert.Equal(["spawn", "health", "other", "commit", "probation"], phases.Select(p => p.OperationName));
        Assert.Equal([0, 1, 3, 3, 3], phases.Select(p => (p.StartTimeUtc - asked).TotalSeconds));
        Assert.Equal("3 of 4", phases[1].GetTagItem("baton.phase.detail"));
        Assert.Equal("counting sheep", phases[2].GetTagItem("baton.phase"));
        Assert.All(phases, p => Assert.Equal((restart.TraceId, ActivityStatusCode.Unset), (p.TraceId, p.Status)));

        Process.Pass(TimeSpan.FromSeconds(1));
        Process.Do(Process.Effects.WorkEnds);
        Activity drain = _telemetry.Span("drain");
        Assert.Equal((restart.SpanId, asked.AddSeconds(3), TimeSpan.FromSeconds(11)), (drain.ParentSpanId, drain.StartTimeUtc, drain.Duration));
        Assert.True(_telemetry.Told.IsCompletedSuccessfully);
    }

    [Fact]
    public void Restart_ThatFails_SaysWhyAndWhere()
    {
        _telemetry.WithTraces();
        _ = Process.AskRestart();
        Process.Do(() => Process.Successor.SaysProgress("health", "db: Unhealthy"));
        Process.Do(() => Process.Successor.Exits(3));

        Activity restart = _telemetry.Span("restart");
        Assert.Equal((ActivityStatusCode.Error, "failed", "successor_exited"), (restart.Status, restart.GetTagItem("baton.outcome"), restart.GetTagItem("error.type")));
        Assert.Contains("exited with code 3 before it was ready; last heard: health: db: Unhealthy", restart.StatusDescription, StringComparison.Ordinal);
        Assert.Equal(ActivityStatusCode.Error, _telemetry.Span("health").Status);
        Assert.Equal(ActivityStatusCode.Unset, _telemetry.Span("spawn").Status);
        Assert.DoesNotContain(_telemetry.Spans, s => s.OperationName == "drain");
    }

    [Fact]
    public void Restart_ThatIsRolledBack_SaysSoAndTheDrainIsOver()
    {
        _telemetry.WithTraces();
        Process.Options.Probation = TimeSpan.FromSeconds(10);
        _ = Process.AskRestart();
        Process.Do(() => Process.Successor.SaysReady());
        Process.Pass(TimeSpan.FromSeconds(4));
        Process.Do(() => Process.Successor.Exits(1));

        Assert.Equal(("rolled_back", "successor_died"), (_telemetry.Span("restart").GetTagItem("baton.outcome"), _telemetry.Span("restart").GetTagItem("error.type")));
        Assert.Equal(TimeSpan.FromSeconds(4), _telemetry.Span("drain").Duration);
    }

    [Fact]
    public void Restart_ThatIsRefused_IsASpanOfItsOwn()
    {
        _telemetry.WithTraces();
        _ = Process.AskRestart();
        _ = Process.AskRestart();
        Activity refused = _telemetry.Span("restart");
        Assert.Equal(("refused", "in_progress", ActivityStatusCode.Error), (refused.GetTagItem("baton.outcome"), refused.GetTagItem("error.type"), refused.Status));
    }

    // The request of the admin page, for one.
    [Fact]
    public void Restart_AskedBySomethingThatIsTraced_BelongsToIt()
    {
        _telemetry.WithTraces();
        using var source = new ActivitySource(nameof(RestartTracerTests));
        using var listener = new ActivityListener { ShouldListenTo = s => s == source, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        using Activity asker = source.StartActivity("POST /restart")!;
        var request = new RestartRequest(By("the admin page"));
        Process.Do(() => Process.Lifecycle.Restarts.Request(request));
        Assert.Equal(asker, Activity.Current);
        Assert.Equal((asker.TraceId, asker.SpanId), (request.Activity!.TraceId, request.Activity.ParentSpanId));
    }

    // What is current while the restarter is started is current on its threads for ever, unless that is prevented.
    [Fact]
    public async Task ControlLoop_HasNothingCurrent()
    {
        using Activity startup = new Activity("startup").Start();
        using var loop = new ControlLoop(TimeProvider.System, new RecordingLogger());
        var current = new TaskCompletionSource<Activity?>();
        loop.Start(() => current.SetResult(Activity.Current));
        Assert.Null(await current.Task.Soon());
    }

    [Fact]
    public void Drain_WhoseRestIsCut_IsAnErrorThatSaysHowMuch()
    {
        _telemetry.WithTraces();
        Process.Effects.Open = new OpenWork(3, 5);
        Process.Force();
        Activity drain = _telemetry.Span("drain");
        Assert.Equal((default, 3, 5, "cut by the test"), (drain.ParentSpanId, drain.GetTagItem("baton.forced.connections"), drain.GetTagItem("baton.forced.requests"), drain.StatusDescription));
    }

    [Fact]
    public void Restart_NobodyListens_CostsNoSpanAndNoThread()
    {
        int used = 0;
        using var telemetry = new TelemetryFixture(LifecycleFixture.Serving(), aside: action =>
        {
            used++;
            action();
        });
        var request = new RestartRequest(By("the test"));
        telemetry.Process.Do(() => telemetry.Process.Lifecycle.Restarts.Request(request));
        telemetry.Process.Effects.WorkEnds();
        telemetry.Process.Do(() => telemetry.Process.Successor.SaysReady());

        // To make the instruments, no more.
        Assert.Equal(1, used);
        Assert.Null(request.Activity);
        Assert.False(telemetry.Process.Context.Feed.WantsReports);
        Assert.True(telemetry.Told.IsCompletedSuccessfully);
    }

    // The process must end all the same.
    [Fact]
    public void Exited_AListenerHangs_IsToldAfterALimit()
    {
        var waiting = new Queue<Action>();
        using TelemetryFixture telemetry = new(LifecycleFixture.Serving(), aside: waiting.Enqueue);
        waiting.Dequeue()();
        telemetry.WithTraces();
        telemetry.Process.Shutdown();
        telemetry.Process.Do(telemetry.Process.Effects.WorkEnds);
        Assert.False(telemetry.Told.IsCompleted);
        telemetry.Process.Pass(telemetry.Process.Options.HandshakeTimeout);
        Assert.True(telemetry.Told.IsCompletedSuccessfully);
    }
}
