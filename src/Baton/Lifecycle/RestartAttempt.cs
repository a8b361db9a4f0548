using System.Diagnostics;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>One restart, from the request to its outcome, which its requesters and the history get. Lives on the control loop.</summary>
internal abstract class RestartAttempt(RestartRequest request, StartCommand command, int generation, ProcessLifecycle lifecycle, LifecycleContext context)
{
    private Action? _giveUpCheck;
    private volatile Step? _step;
    private HookWait? _hooks;

    internal abstract int? SuccessorPid { get; }

    /// <summary>What the successor uses; the rest goes with us.</summary>
    internal virtual IReadOnlyList<string> Claimed => [];

    /// <summary>How far it is; from any thread.</summary>
    internal RestartProgress Progress => _step is { } step
        ? new(request.Trigger, step.Phase.Name, step.Phase.Detail, Timeline.Elapsed) { Phases = step.Before }
        : new(request.Trigger, "", "", Timeline.Elapsed);

    protected RestartTimeline Timeline { get; } = new(context.Options.TimeProvider);

    protected StartCommand Command { get; private set; } = command;

    protected int Generation => generation;

    /// <summary>Its place in a trace, if it has one by now; from any thread.</summary>
    protected Func<ActivityContext> Trace => () => request.Activity?.Context ?? default;

    /// <summary>Whether the successor was told to serve, and may have come to grief since.</summary>
    protected virtual bool Served => false;

    /// <summary>Whether requesters and history have their answer.</summary>
    protected bool Answered { get; private set; }

    internal void Begin() => _hooks = lifecycle.Hooks.BeforeRestart(request, Command, generation, Change, begun: () => Enter("hooks"), then: Check);

    private void Change(StartCommand changed)
    {
        if (_hooks is { IsOver: false })
        {
            Command = changed;
        }
    }

    private void Check()
    {
        if (context.Options.CheckArguments.Count == 0)
        {
            Proceed();
            return;
        }

        Enter("check");
        try
        {
            _giveUpCheck = context.Programs.Check(Command, defect => context.Loop.Post(() => Checked(defect)));
        }
        catch (Exception e)
        {
            NotBegun(e);
        }
    }

    /// <summary>Gives up before the successor serves: the process shuts down instead.</summary>
    internal virtual void Cancel()
    {
        _hooks?.Cancel();
        _giveUpCheck?.Invoke();
        lifecycle.BackedOut(this);
        Fail(new RestartException(RestartFailure.Stopping, Explain(RestartFailure.Stopping, "was given up because a shutdown was asked")));
    }

    /// <summary>The program is known to be good as far as that can be known: start it.</summary>
    protected abstract void Proceed();

    /// <summary>Does something else, or has come further with it.</summary>
    /// <param name="phase">What.</param>
    /// <param name="detail">How far.</param>
    /// <param name="speaker">The successor, where these are its words.</param>
    protected void Enter(string phase, string detail = "", int? speaker = null)
    {
        if (Timeline.Enter(phase, detail))
        {
            _step = new Step(Timeline.Current, Timeline.Ended);
            context.Feed.Publish(new LifecycleNews.RestartPhaseChanged(request, Timeline.Current, Timeline.Elapsed, speaker));
        }
    }

    /// <summary>The successor is there.</summary>
    protected void AnnounceSuccessor(int pid, RestartStrategy strategy) => context.Feed.Publish(new LifecycleNews.SuccessorStarted(request, pid, generation, strategy));

    /// <summary>What was tried, what happened, what holds now.</summary>
    protected string Explain(RestartFailure failure, string what, string holds = "keeps serving") =>
        $"Restart by {request.Trigger}: {what.TrimEnd('.')}. Process {Environment.ProcessId} {(failure == RestartFailure.Stopping ? "shuts down" : holds)}.";

    /// <summary>What could not even be started, also for a reason that nobody foresaw (no descriptors, no threads): the service goes on, and so must the next restart.</summary>
    internal void NotBegun(Exception cause)
    {
        RestartFailure failure = (cause as RestartException)?.Failure ?? RestartFailure.SpawnFailed;

        // The state first: who hears of the failure may ask for the next restart at once.
        lifecycle.BackedOut(this);
        Fail(new RestartException(failure, Explain(failure, cause.Message), cause) { Phases = Timeline.Phases });
    }

    protected void Succeed(RestartOutcome outcome)
    {
        Answered = true;
        RestartRecord record = Remember(failure: null, "");
        request.Succeed(outcome);
        lifecycle.Hooks.AfterRestart(request, record, failure: null);
    }

    protected void Fail(RestartException failure)
    {
        if (!Answered)
        {
            Answered = true;
            RestartRecord record = Remember(failure.Failure, failure.Message);
            context.Logger.RestartFailed(failure.Message);
            request.Fail(failure);
            lifecycle.Hooks.AfterRestart(request, record, failure);
        }
    }

    private void Checked(string? defect)
    {
        if (Answered)
        {
            return;
        }

        _giveUpCheck = null;
        if (defect is null)
        {
            Proceed();
            return;
        }

        lifecycle.BackedOut(this);
        Fail(new RestartException(RestartFailure.CheckFailed, Explain(RestartFailure.CheckFailed, defect)) { SuccessorWords = defect, Phases = Timeline.Phases });
    }

    private RestartRecord Remember(RestartFailure? failure, string explanation)
    {
        var record = new RestartRecord(
            Timeline.BegunAt, request.Trigger, Command.Program, generation, SuccessorPid, failure, explanation, Timeline.Elapsed, Timeline.Phases);
        lifecycle.Remember(record);
        context.Feed.Publish(new LifecycleNews.RestartEnded(
            request, record, RolledBack: Served && failure is not (null or RestartFailure.Stopping), ServesOn: failure is not null && lifecycle.State == ProcessState.Serving));
        return record;
    }

    private sealed record Step(RestartPhase Phase, IReadOnlyList<RestartPhase> Before);
}
