using System.Diagnostics;
using Baton.Lifecycle;

namespace Baton.Telemetry;

/// <summary>
/// The spans of a successor's own part of the restart that started it. Listeners are often built later than the first of them, so
/// they are kept, and emitted when this process serves. On the control loop it only keeps them.
/// </summary>
/// <param name="source">The source of the spans; null in the first moments.</param>
/// <param name="time">The clock.</param>
/// <param name="processBegun">The start time of this process; called only if somebody listens.</param>
/// <param name="aside">Runs the listeners' part.</param>
internal sealed class SuccessionTracer(
    Func<ActivitySource?> source, TimeProvider time, Func<DateTimeOffset> processBegun, Action<Action> aside)
{
    private readonly RestartTimeline _timeline = new(time);
    private DateTimeOffset _greeted;
    private DateTimeOffset _served;
    private long _servedAt;

    /// <summary>The restart that made this process; default if it is not traced.</summary>
    internal ActivityContext Restart { get; private set; }

    internal void Handle(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.Greeted greeted:
                (Restart, _greeted) = (greeted.Trace, time.GetUtcNow());
                _timeline.Enter(PhaseName.Starting);
                break;
            case LifecycleEvent.StartPhaseChanged phase when Restart != default:
                _timeline.Enter(phase.Phase, phase.Detail);
                break;
            case LifecycleEvent.SaidReady when Restart != default:
                _timeline.Enter(PhaseName.Ready);
                break;
            case LifecycleEvent.StateChanged
            {
                Previous: ProcessState.Starting,
                State: ProcessState.Serving or ProcessState.OnProbation
            }:
                (_served, _servedAt) = (time.GetUtcNow(), time.GetTimestamp());
                RecordStart(_timeline.Phases, _greeted);
                break;
            case LifecycleEvent.StateChanged { Previous: ProcessState.OnProbation } moved:
                RecordProbation(PhaseName.Probation.With("", time.GetElapsedTime(_servedAt)), _served, moved.State);
                break;
        }
    }

    private void RecordStart(IReadOnlyList<RestartPhase> phases, DateTimeOffset greeted) => Record(to =>
    {
        DateTimeOffset begun = processBegun();
        to.RecordPhases([PhaseName.Start.With("", greeted - begun), .. phases], begun, Restart);
    });

    private void RecordProbation(RestartPhase probation, DateTimeOffset begun, ProcessState then) => Record(to =>
        to.RecordPhases(
            [probation], begun, Restart, then == ProcessState.Serving ? null : "this process did not go on to serve"));

    private void Record(Action<ActivitySource> record)
    {
        if (Restart != default && source() is { } to && to.HasListeners())
        {
            aside(() => record(to));
        }
    }
}
