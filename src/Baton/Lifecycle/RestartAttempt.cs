using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>One restart, from the request to its outcome, which its requesters and the history get. Lives on the control loop.</summary>
internal abstract class RestartAttempt(RestartRequest request, StartCommand command, int generation, ProcessLifecycle lifecycle, LifecycleContext context)
{
    private Action? _giveUpCheck;

    internal abstract int? SuccessorPid { get; }

    /// <summary>What the successor uses; the rest goes with us.</summary>
    internal virtual IReadOnlyList<string> Claimed => [];

    protected RestartTimeline Timeline { get; } = new(context.Options.TimeProvider);

    protected StartCommand Command => command;

    protected int Generation => generation;

    /// <summary>Whether requesters and history have their answer.</summary>
    protected bool Answered { get; private set; }

    internal void Begin()
    {
        if (context.Options.CheckArguments.Count == 0)
        {
            Proceed();
            return;
        }

        Timeline.Enter("check");
        try
        {
            _giveUpCheck = context.Effects.Check(command, defect => context.Loop.Post(() => Checked(defect)));
        }
        catch (Exception e)
        {
            NotBegun(e);
        }
    }

    /// <summary>Gives up before the successor serves: the process shuts down instead.</summary>
    internal virtual void Cancel()
    {
        _giveUpCheck?.Invoke();
        lifecycle.BackedOut(this);
        Fail(new RestartException(RestartFailure.Stopping, Explain(RestartFailure.Stopping, "was given up because a shutdown was asked")));
    }

    /// <summary>The program is known to be good as far as that can be known: start it.</summary>
    protected abstract void Proceed();

    /// <summary>What was tried, what happened, what holds now.</summary>
    protected string Explain(RestartFailure failure, string what, string holds = "keeps serving") =>
        $"Restart by {request.Trigger}: {what.TrimEnd('.')}. Process {Environment.ProcessId} {(failure == RestartFailure.Stopping ? "shuts down" : holds)}.";

    /// <summary>What could not even be started, also for a reason that nobody foresaw (no descriptors, no threads): the service goes on, and so must the next restart.</summary>
    protected void NotBegun(Exception cause)
    {
        RestartFailure failure = (cause as RestartException)?.Failure ?? RestartFailure.SpawnFailed;

        // The state first: who hears of the failure may ask for the next restart at once.
        lifecycle.BackedOut(this);
        Fail(new RestartException(failure, Explain(failure, cause.Message), cause) { Phases = Timeline.Phases });
    }

    protected void Succeed(RestartOutcome outcome)
    {
        Answered = true;
        Remember(failure: null, "");
        request.Succeed(outcome);
    }

    protected void Fail(RestartException failure)
    {
        if (!Answered)
        {
            Answered = true;
            Remember(failure.Failure, failure.Message);
            context.Logger.RestartFailed(failure.Message);
            request.Fail(failure);
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

    private void Remember(RestartFailure? failure, string explanation) => lifecycle.Remember(new RestartRecord(
        Timeline.BegunAt, request.Trigger, command.Program, generation, SuccessorPid, failure, explanation, Timeline.Elapsed, Timeline.Phases));
}
