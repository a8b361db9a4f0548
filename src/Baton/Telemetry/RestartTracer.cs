using System.Diagnostics;
using Baton.Lifecycle;

namespace Baton.Telemetry;

/// <summary>The spans of a process that restarts: each restart with its phases, and the drain that follows.</summary>
internal sealed class RestartTracer(ActivitySource source)
{
    private Activity? _last;
    private Activity? _drain;

    internal ActivitySource Source => source;

    /// <param name="lifecycleEvent">The event.</param>
    /// <param name="at">The time of the event.</param>
    /// <param name="own">The restart that made this process; default if it is not traced.</param>
    internal void Handle(LifecycleEvent lifecycleEvent, DateTimeOffset at, ActivityContext own)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.RestartBegun begun:
                _last = begun.Request.Activity = Begin(begun.Request, at);
                break;
            case LifecycleEvent.RestartRefused refused when Begin(refused.Request, at) is { } span:
                End(span, "refused", refused.Reason.Failure, refused.Reason.Message, at);
                break;
            case LifecycleEvent.SuccessorStarted started:
                started.Request.Activity?.SetTag(BatonTelemetry.Attributes.SuccessorPid, started.Pid);
                break;
            case LifecycleEvent.RestartEnded { Request.Activity: { } span } ended:
                End(span, ended);
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.HandedOver } moved:
                BeginDrain(_last?.Context ?? default, moved.Generation, at);
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.ShuttingDown, Previous: not ProcessState.HandedOver } moved:
                // The drain of a successor that gave back belongs to its restart; other drains have no parent.
                BeginDrain(moved.Previous == ProcessState.OnProbation ? own : default, moved.Generation, at);
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.Serving, Previous: ProcessState.HandedOver }
                or LifecycleEvent.Drained:
                _drain?.End(at);
                _drain = null;
                break;
            case LifecycleEvent.WorkCut cut:
                Cut(cut);
                break;
        }
    }

    private static void End(Activity span, string outcome, RestartFailure? failure, string explanation, DateTimeOffset at)
    {
        span.SetTag(BatonTelemetry.Attributes.Outcome, outcome);
        if (failure is { } reason)
        {
            span.SetTag(BatonTelemetry.Attributes.ErrorType, TelemetryNames.Of(reason));
            span.SetStatus(ActivityStatusCode.Error, explanation);
        }

        span.End(at);
    }

    private Activity? Begin(RestartRequest request, DateTimeOffset at) =>
        source.Begin(BatonTelemetry.Spans.Restart, request.Origin, at)
            ?.SetTag(BatonTelemetry.Attributes.Trigger, request.Trigger.Description);

    private void End(Activity span, LifecycleEvent.RestartEnded ended)
    {
        RestartRecord record = ended.Record;
        source.RecordPhases(record.Phases, record.AskedAt, span.Context, record.Failure is null ? null : record.Explanation);
        span.SetTag(BatonTelemetry.Attributes.Generation, record.Generation);
        End(
            span,
            TelemetryNames.Outcome(record.Failure, ended.RolledBack),
            record.Failure,
            record.Explanation,
            record.AskedAt + record.Duration);
    }

    private void BeginDrain(ActivityContext parent, int generation, DateTimeOffset at) =>
        _drain ??= source.Begin(BatonTelemetry.Spans.Drain, parent, at)?.SetTag(BatonTelemetry.Attributes.Generation, generation);

    private void Cut(LifecycleEvent.WorkCut cut)
    {
        if (_drain is { } drain && cut.Work != default)
        {
            drain.SetTag(BatonTelemetry.Attributes.ForcedConnections, cut.Work.Connections)
                .SetTag(BatonTelemetry.Attributes.ForcedRequests, cut.Work.Requests);
            drain.SetStatus(ActivityStatusCode.Error, $"cut by {cut.Trigger}");
        }
    }
}
