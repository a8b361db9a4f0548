using System.Diagnostics;
using Baton.Lifecycle;

namespace Baton.Telemetry;

/// <summary>
/// The spans of a successor's own parts of the restart that made it. Whoever listens is often built later than the first of them:
/// they are remembered, and made when this process serves. Hears on the control loop, where it only remembers.
/// </summary>
/// <param name="source">Where the spans go; null for the first moments.</param>
/// <param name="time">The clock.</param>
/// <param name="processBegun">When this process was started; asked only if somebody listens.</param>
/// <param name="aside">Runs what listeners do.</param>
internal sealed class SuccessionTracer(
    Func<ActivitySource?> source, TimeProvider time, Func<DateTimeOffset> processBegun, Action<Action> aside)
{
    private readonly RestartTimeline _timeline = new(time);
    private DateTimeOffset _greeted;
    private DateTimeOffset _served;
    private long _servedAt;

    /// <summary>The restart that made this process; default if that is not traced.</summary>
    internal ActivityContext Restart { get; private set; }

    internal void Hear(LifecycleEvent news)
    {
        switch (news)
        {
            case LifecycleEvent.Greeted greeted:
                (Restart, _greeted) = (greeted.Trace, time.GetUtcNow());
                _timeline.Enter(TelemetryWords.Starting);
                break;
            case LifecycleEvent.StartPhaseChanged phase when Restart != default:
                _timeline.Enter(phase.Phase, phase.Detail);
                break;
            case LifecycleEvent.SaidReady when Restart != default:
                _timeline.Enter(TelemetryWords.Ready);
                break;
            case LifecycleEvent.StateChanged { Previous: ProcessState.Starting, State: ProcessState.Serving or ProcessState.OnProbation }:
                (_served, _servedAt) = (time.GetUtcNow(), time.GetTimestamp());
                RecordStart(_timeline.Phases, _greeted);
                break;
            case LifecycleEvent.StateChanged { Previous: ProcessState.OnProbation } moved:
                RecordProbation(
                    new RestartPhase(TelemetryWords.Probation, "", time.GetElapsedTime(_servedAt)), _served, moved.State);
                break;
        }
    }

    private void RecordStart(IReadOnlyList<RestartPhase> phases, DateTimeOffset greeted) => Record(to =>
    {
        DateTimeOffset begun = processBegun();
        to.RecordPhases([new RestartPhase(TelemetryWords.Start, "", greeted - begun), .. phases], begun, Restart);
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
