using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The restarts of a process: asked, held or refused, the one in progress, and earlier ones. Lives on the control loop.
/// </summary>
internal sealed class Restarts(ProcessLifecycle lifecycle, LifecycleContext context)
{
    private readonly RestartHistory _history = new(context.Options.RestartsRemembered, context.Options.TimeProvider);
    private readonly HeldRestart _held = new();
    private volatile RestartAttempt? _attempt;

    /// <summary>The restarts that this process has begun; from any thread.</summary>
    internal IReadOnlyList<RestartRecord> History => _history.Newest;

    /// <summary>The restart in progress; null for none. From any thread.</summary>
    internal RestartProgress? Progress =>
        lifecycle.State is ProcessState.Restarting or ProcessState.HandedOver ? _attempt?.Account.Progress : null;

    internal int? SuccessorPid => _attempt?.SuccessorPid;

    /// <summary>The same, but not a process that has taken over by itself: that one has its own terminal, if any.</summary>
    internal int? HeirPid => Successor is { Watch.IsTaker: true } ? null : SuccessorPid;

    /// <summary>The successor while it is on probation, as it last said; from any thread.</summary>
    internal GenerationStatus? OnProbation => lifecycle.State == ProcessState.HandedOver ? _attempt?.Successor : null;

    /// <summary>The restart whose successor got its commit, until this process serves again; from any thread.</summary>
    internal HandoverAttempt? Successor => _attempt is HandoverAttempt { Served: true } attempt ? attempt : null;

    /// <summary>The same, if this process was asked to shut down on its probation and told the successor to end too.</summary>
    internal HandoverAttempt? ShutDownToo => Successor is { Stage: RestartStage.ShutDown } told ? told : null;

    /// <summary>Whether a complete restart waits for open work; from any thread.</summary>
    internal bool Drains => _attempt is CompleteAttempt { Drains: true };

    private ILogger Logger => context.Logger;

    internal void Request(RestartRequest request)
    {
        Transition transition = LifecycleTable.Next(lifecycle.State, LifecycleInput.RestartAsked);
        if (lifecycle.Shutdown.IsAsked)
        {
            Refuse(request, RestartFailure.Stopping);
        }
        else if (transition.Held && lifecycle.AwaitsConfirm)
        {
            TimeSpan left = lifecycle.ProbationLeft ?? TimeSpan.Zero;
            Refuse(
                request,
                RestartFailure.InProgress,
                $"the last restart waits to be confirmed for another {Wording.Of(left)}; first baton confirm or baton rollback");
        }
        else if (transition.Held && request.Taker is not null)
        {
            Refuse(request, RestartFailure.InProgress, "the last restart is on probation; start it again when that is over");
        }
        else if (transition.Held || (request.BySignal && lifecycle.State == ProcessState.Starting))
        {
            Hold(request, until: lifecycle.State == ProcessState.Starting ? "this process serves" : "the probation is over");
        }
        else if (transition.Refusal is { } refusal)
        {
            Refuse(request, refusal);
        }
        else
        {
            Begin(request);
        }
    }

    /// <summary>The successor serves, and is on probation.</summary>
    internal void Committed(RestartAttempt attempt)
    {
        if (attempt == _attempt && lifecycle.Move(LifecycleInput.Committed))
        {
            lifecycle.Depart();
            lifecycle.Report();
        }
    }

    /// <summary>The successor serves for good.</summary>
    internal void SuccessorProved(RestartAttempt attempt)
    {
        lifecycle.Move(LifecycleInput.ProbationPassed);
        lifecycle.Decisions.SuccessorProved(attempt.SuccessorPid);
        _held.Take(request => PassOn(request, attempt));
        context.Try(() => context.Endpoints.Release(attempt.Claimed));
        context.Try(context.Work.AnnounceStopping);
        lifecycle.Departure!.MayEnd();
    }

    /// <summary>Another program was started in place of this one.</summary>
    internal void Replaced(RestartAttempt attempt)
    {
        lifecycle.Move(LifecycleInput.Committed);
        lifecycle.Depart();
        SuccessorProved(attempt);
    }

    /// <summary>The successor no longer serves: this process does.</summary>
    internal void TakeOverAgain(RestartAttempt attempt)
    {
        Forget(attempt);
        lifecycle.Move(LifecycleInput.RolledBack);
        lifecycle.CallBack();
        context.Try(context.Work.Resume);
        context.Try(context.Endpoints.OpenGate);
        context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
        context.Feed.Publish(new LifecycleEvent.ServesAgain(lifecycle.Generation));
        lifecycle.Decisions.ServesAgain();
    }

    /// <summary>The successor failed before the commit: nothing has changed.</summary>
    internal void BackedOut(RestartAttempt attempt)
    {
        Forget(attempt);
        lifecycle.Move(LifecycleInput.BackedOut);
    }

    /// <summary>The successor has ended, after its probation or in a shutdown of the service.</summary>
    internal void SuccessorEnded(RestartAttempt attempt)
    {
        if (attempt != _attempt)
        {
            return;
        }

        if (lifecycle.State == ProcessState.ShuttingDown)
        {
            lifecycle.Departure?.SuccessorEnded();
        }
        else if (lifecycle.State == ProcessState.Draining && Successor is { Watch.HasHeir: false })
        {
            // It was shut down, or has died.
            context.Try(context.Work.NobodyServes);
        }
    }

    /// <summary>
    /// The process that served has died without a handover. This process, which is ending, has given up its listeners.
    /// </summary>
    internal void SuccessorDied(RestartAttempt attempt, int pid)
    {
        // Not an earlier successor that was rolled back, which may take its whole drain to end.
        if (lifecycle.State == ProcessState.Draining && attempt == _attempt)
        {
            context.Feed.Publish(new LifecycleEvent.NobodyServes(pid));
        }
    }

    internal void Remember(RestartRecord record) => _history.Add(record);

    /// <summary>The predecessor's history, the restart that started this process first.</summary>
    internal void Inherit(IReadOnlyList<RestartRecord> restarts) => _history.Inherit(restarts);

    /// <summary>An older generation has finished its work, or has ended.</summary>
    internal void OlderDeparted(int older, DateTimeOffset? drained, bool gone) =>
        _history.Departed(older, drained, gone ? context.Options.TimeProvider.GetUtcNow() : null);

    /// <summary>
    /// Before a successor starts, and when more older generations become known: forces the oldest ones where there are too many.
    /// </summary>
    internal void BoundGenerations()
    {
        if (_attempt is HandoverAttempt)
        {
            int most = context.Options.MaxGenerations;
            context.Try(() => context.Older.ForceDownTo(most - 2, RestartTrigger.OfMaxGenerations(most)));
        }
    }

    /// <summary>Begins the restart that was held, if there is one.</summary>
    internal void TakeUpHeld() => _held.Take(Request);

    internal void RefuseHeld(RestartFailure refusal) => _held.Take(request => Refuse(request, refusal));

    /// <summary>This process was asked to shut down: a successor without a commit must never serve.</summary>
    internal void KillStarting()
    {
        if (_attempt is { SuccessorPid: not null } attempt)
        {
            attempt.Cancel();
        }
    }

    /// <summary>The process shuts down instead.</summary>
    internal void Cancel() => _attempt!.Cancel();

    /// <summary>Goes on with the start of a complete restart.</summary>
    internal void CutDrain(RestartTrigger trigger) => (_attempt as CompleteAttempt)?.CutDrain(trigger);

    private void Forget(RestartAttempt attempt)
    {
        if (_attempt == attempt)
        {
            _attempt = null;
        }
    }

    private void Begin(RestartRequest request)
    {
        bool handsOver = context.Options.Strategy == RestartStrategy.Handover && context.Programs.CanHandOver;
        if (!handsOver && request.ConfirmWithin > TimeSpan.Zero)
        {
            Refuse(request, RestartFailure.NotSupported, "a complete restart can't be confirmed: its old process has ended");
            return;
        }

        if (!handsOver && request.Taker is not null)
        {
            Refuse(request, RestartFailure.NotSupported, "a process whose Strategy is Complete hands nothing over");
            return;
        }

        StartCommand command;
        try
        {
            command = request.Taker?.Command ?? context.Programs.Choose(request.Program);
        }
        catch (RestartException e)
        {
            Logger.RestartRefused(request.Trigger, e.Message);
            Fail(request, e, tried: true);
            return;
        }

        Logger.RestartAsked(request.Trigger);
        context.Feed.Publish(new LifecycleEvent.RestartBegun(request));
        lifecycle.Move(LifecycleInput.RestartAsked);
        int next = lifecycle.Generation + 1;
        _attempt = handsOver
            ? new HandoverAttempt(request, command, next, lifecycle, context)
            : new CompleteAttempt(request, command, next, lifecycle, context);
        try
        {
            _attempt.Begin();
        }
        catch (Exception e)
        {
            _attempt.NotStarted(e);
        }
    }

    private void Hold(RestartRequest request, string until)
    {
        if (_held.TryHold(request))
        {
            Logger.RestartHeld(request.Trigger, until);
            context.Feed.Publish(new LifecycleEvent.RestartHeld(request, until));
        }
        else
        {
            Refuse(request, RestartFailure.InProgress);
        }
    }

    // The signal went to the known pid, but the service was meant. A requester that waits for an answer must ask the process that
    // can give it.
    private void PassOn(RestartRequest request, RestartAttempt attempt)
    {
        if (request.BySignal && attempt is HandoverAttempt handover)
        {
            Logger.RestartPassedOn(request.Trigger, attempt.SuccessorPid!.Value);
            handover.Tell(new HandoverMessage.Restart(request.Trigger));
            Fail(request, Refusal(request, RestartFailure.AlreadyHandedOver));
            return;
        }

        Refuse(request, RestartFailure.AlreadyHandedOver);
    }

    private void Refuse(RestartRequest request, RestartFailure refusal) =>
        Refuse(request, refusal, Refusals.Describe(refusal, SuccessorPid));

    private void Refuse(RestartRequest request, RestartFailure refusal, string why)
    {
        Logger.RestartRefused(request.Trigger, why);
        Fail(request, new RestartException(refusal, $"Restart by {request.Trigger} was refused: {why}."));
    }

    // Nothing was begun.
    private void Fail(RestartRequest request, RestartException refusal, bool tried = false)
    {
        context.Feed.Publish(new LifecycleEvent.RestartRefused(request, refusal, tried));
        request.Fail(refusal);
    }

    private RestartException Refusal(RestartRequest request, RestartFailure refusal) =>
        new(refusal, $"Restart by {request.Trigger} was refused: {Refusals.Describe(refusal, SuccessorPid)}.");
}
