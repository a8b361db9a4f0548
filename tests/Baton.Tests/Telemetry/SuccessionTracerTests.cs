using System.Diagnostics;
using Baton.Lifecycle;
using Baton.Tests.Handover;
using Baton.Tests.Support;

namespace Baton.Tests.Telemetry;

/// <summary>The spans of a successor: parts of the restart that its predecessor traces.</summary>
public sealed class SuccessionTracerTests : IDisposable
{
    private readonly TelemetryFixture _telemetry = new(new LifecycleFixture(hasPredecessor: true, generation: 2), generation: 2);

    private LifecycleFixture Process => _telemetry.Process;

    public void Dispose() => _telemetry.Dispose();

    // The exporter is a part of the host, which is built meanwhile.
    [Fact]
    public void Serve_ListenersCameLater_GetAllParts()
    {
        DateTime greeted = _telemetry.Now;
        Start(Messages.Trace);
        _telemetry.WithTraces();
        Process.Do(() => Process.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.Zero));
        Process.Pass(TimeSpan.FromSeconds(10));
        Process.Do(() => Process.Lifecycle.Start.PredecessorLeft("confirmed"));

        Assert.Equal(["start", "starting", "health", "ready", "probation"], _telemetry.Spans.Select(s => s.OperationName));
        Assert.Equal([0, 1, 3, 4], _telemetry.Spans.Skip(1).Select(s => (s.StartTimeUtc - greeted).TotalSeconds));
        Assert.Equal([1, 2, 1, 10], _telemetry.Spans.Skip(1).Select(s => s.Duration.TotalSeconds));
        Assert.Equal("3 of 4", _telemetry.Span("health").GetTagItem("baton.phase.detail"));
        Assert.All(_telemetry.Spans, s =>
            Assert.Equal((Messages.Trace.TraceId, Messages.Trace.SpanId, true, "vendor=a+b", ActivityStatusCode.Unset), (s.TraceId, s.ParentSpanId, s.HasRemoteParent, s.TraceStateString, s.Status)));
    }

    [Fact]
    public void TakenBack_OnProbation_EndsItWithAnErrorAndDrainsAsAPartOfTheRestart()
    {
        _telemetry.WithTraces();
        Start(Messages.Trace);
        Process.Do(() => Process.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.Zero));
        Process.Do(Process.Lifecycle.Probation.TakenBack);
        Process.Do(Process.Effects.WorkEnds);
        Assert.Equal(ActivityStatusCode.Error, _telemetry.Span("probation").Status);
        Assert.Equal(Messages.Trace.SpanId, _telemetry.Span("drain").ParentSpanId);
    }

    // That is days later, and no part of the restart.
    [Fact]
    public void Shutdown_OfASuccessorThatServed_IsATraceOfItsOwn()
    {
        _telemetry.WithTraces();
        Start(Messages.Trace);
        Process.Do(() => Process.Lifecycle.Start.Serve(TimeSpan.Zero, TimeSpan.Zero));
        Process.Shutdown();
        Process.Do(Process.Effects.WorkEnds);
        Assert.Equal(default, _telemetry.Span("drain").ParentSpanId);
        Assert.NotEqual(Messages.Trace.TraceId, _telemetry.Span("drain").TraceId);
    }

    [Fact]
    public void Serve_ThePredecessorDoesNotTrace_MakesNoSpans()
    {
        _telemetry.WithTraces();
        Start(trace: default);
        Process.Do(() => Process.Lifecycle.Start.Serve(TimeSpan.FromSeconds(10), TimeSpan.Zero));
        Process.Do(() => Process.Lifecycle.Start.PredecessorLeft("confirmed"));
        Assert.Empty(_telemetry.Spans);
    }

    private void Start(ActivityContext trace)
    {
        Process.Do(() => Process.Lifecycle.Start.Greeted(trace));
        Process.Pass(TimeSpan.FromSeconds(1));
        Process.Do(() => Process.Lifecycle.Start.ReportProgress(Named("health"), "3 of 4"));
        Process.Pass(TimeSpan.FromSeconds(2));
        Process.Do(Process.Lifecycle.Start.ServiceReady);
        Process.Pass(TimeSpan.FromSeconds(1));
    }
}
