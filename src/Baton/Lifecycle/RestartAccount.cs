namespace Baton.Lifecycle;

/// <summary>
/// Reports one restart: its phases, and once its outcome, to its requesters, the history and the hooks. On the control loop,
/// except <see cref="Progress"/>.
/// </summary>
internal sealed class RestartAccount(
    RestartAttempt attempt, RestartRequest request, ProcessLifecycle lifecycle, LifecycleContext context)
{
    private readonly RestartTimeline _timeline = new(context.Options.TimeProvider);
    private volatile Step? _step;
    private TimeSpan? _servedAfter;

    /// <summary>Whether the requesters have their answer.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>The progress of the restart; from any thread.</summary>
    internal RestartProgress Progress
    {
        get
        {
            (Step? step, TimeSpan elapsed) = (_step, _timeline.Elapsed);
            return new()
            {
                Trigger = request.Trigger,
                Elapsed = elapsed,
                Current = step is null ? null : step.Phase with { Duration = elapsed - step.BegunAfter },
                Phases = step?.Before ?? [],
            };
        }
    }

    internal TimeSpan Elapsed => _timeline.Elapsed;

    /// <summary>So far.</summary>
    internal IReadOnlyList<RestartPhase> Phases => _timeline.Phases;

    /// <summary>The current phase and its detail.</summary>
    internal string Last => _timeline.Last;

    /// <summary>Begins a phase, or adds a detail to it.</summary>
    /// <param name="phase">What is done.</param>
    /// <param name="detail">How far.</param>
    /// <param name="speaker">The successor, where it has reported this.</param>
    internal void Enter(PhaseName phase, string detail = "", int? speaker = null)
    {
        if (_timeline.Enter(phase, detail))
        {
            (RestartPhase current, TimeSpan elapsed) = (_timeline.Current, _timeline.Elapsed);
            _step = new Step(current, _timeline.Ended, elapsed - current.Duration);
            context.Feed.Publish(new LifecycleEvent.RestartPhaseChanged(request, current, elapsed, speaker));
        }
    }

    /// <summary>The explanation: what was tried, what happened, what holds now.</summary>
    internal string Explain(RestartFault fault, string holds = "keeps serving") =>
        $"Restart by {request.Trigger}: {fault.What.TrimEnd('.')}. "
        + $"Process {Environment.ProcessId} {(fault.Failure == RestartFailure.Stopping ? "shuts down" : holds)}.";

    /// <summary>A failure of the successor, with its pid and its last phase.</summary>
    internal RestartFault InFull(RestartFault fault)
    {
        bool isSilent = fault.Failure is RestartFailure.ReadyTimedOut or RestartFailure.SuccessorExited;
        string last = isSilent ? $"; last heard: {Last}" : "";
        return fault with { What = $"successor {attempt.SuccessorPid} {fault.What}{last}", Phases = Phases };
    }

    /// <summary>The successor gets its commit.</summary>
    /// <returns>The time since the request.</returns>
    internal TimeSpan Served()
    {
        TimeSpan elapsed = _timeline.Elapsed;
        _servedAfter = elapsed;
        return elapsed;
    }

    internal void Succeed()
    {
        IsClosed = true;
        RestartRecord record = Remember(failure: null, "");
        request.Succeed(record);
        lifecycle.Hooks.AfterRestart(request, record, failure: null);
    }

    /// <summary>Once; later details are lost.</summary>
    internal void Fail(RestartFault fault, string holds = "keeps serving")
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        var failure = new RestartException(fault.Failure, Explain(fault, holds), fault.Cause)
        {
            SuccessorWords = fault.Words,
            SuccessorExitCode = fault.Status.Code,
            SuccessorSignal = fault.Status.Signal,
            Phases = fault.Phases ?? Phases,
        };
        RestartRecord record = Remember(failure.Failure, failure.Message);
        context.Logger.RestartFailed(failure.Message);
        request.Fail(failure);
        lifecycle.Hooks.AfterRestart(request, record, failure);
    }

    private RestartRecord Remember(RestartFailure? failure, string explanation)
    {
        var record = new RestartRecord
        {
            AskedAt = _timeline.BegunAt,
            Trigger = request.Trigger,
            Program = attempt.Program,
            Generation = attempt.Generation,
            SuccessorPid = attempt.SuccessorPid,
            Strategy = attempt.Strategy,
            Failure = failure,
            Explanation = explanation,
            Duration = Elapsed,
            ServedAfter = _servedAfter,
            Phases = Phases,
        };
        lifecycle.Restarts.Remember(record);
        context.Feed.Publish(new LifecycleEvent.RestartEnded(
            request,
            record,
            RolledBack: attempt.Served && failure is not (null or RestartFailure.Stopping),
            ServesOn: failure is not null && lifecycle.State == ProcessState.Serving));
        return record;
    }

    private sealed record Step(RestartPhase Phase, IReadOnlyList<RestartPhase> Before, TimeSpan BegunAfter);
}
