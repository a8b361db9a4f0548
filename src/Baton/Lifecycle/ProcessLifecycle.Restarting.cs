using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <content>The restarts of a process: asked, held or refused, and what becomes of them.</content>
internal sealed partial class ProcessLifecycle
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private LoopTimer? _reportTimer;

    internal void RequestRestart(RestartRequest request)
    {
        Transition transition = LifecycleTable.Next(State, LifecycleEvent.RestartAsked);
        if (_shutdownHooks is not null)
        {
            Refuse(request, RestartFailure.Stopping);
        }
        else if (transition.Held || (request.BySignal && State == ProcessState.Starting))
        {
            string until = State == ProcessState.Starting ? "this process serves" : "the probation is over";
            if (_held.TryHold(request))
            {
                Logger.RestartHeld(request.Trigger, until);
                context.Feed.Publish(new LifecycleNews.RestartHeld(request, until));
            }
            else
            {
                Refuse(request, RestartFailure.InProgress);
            }
        }
        else if (transition.Refusal is { } refusal)
        {
            Refuse(request, refusal);
        }
        else
        {
            Restart(request);
        }
    }

    /// <summary>The successor serves, and is on probation.</summary>
    internal void Committed(RestartAttempt attempt)
    {
        if (attempt == _attempt && Move(LifecycleEvent.Committed))
        {
            Depart();
            Report();
        }
    }

    /// <summary>The successor serves for good.</summary>
    internal void SuccessorProved(RestartAttempt attempt)
    {
        Move(LifecycleEvent.ProbationPassed);
        _held.Take(request => PassOn(request, attempt));
        context.Try(() => context.Endpoints.Release(attempt.Claimed));
        context.Try(context.Work.AnnounceStopping);
        _departure!.MayEnd();
    }

    /// <summary>Another program was started in this one's place.</summary>
    internal void Replaced(RestartAttempt attempt)
    {
        Move(LifecycleEvent.Committed);
        Depart();
        SuccessorProved(attempt);
    }

    /// <summary>The one that served has died, and has not handed over: this process, which is ending, has given up its listeners.</summary>
    internal void SuccessorDied(RestartAttempt attempt, int pid)
    {
        // And not one that was rolled back before it, which may take as long as its drain to end.
        if (State == ProcessState.Draining && attempt == _attempt)
        {
            context.Feed.Publish(new LifecycleNews.NobodyServes(pid));
        }
    }

    /// <summary>The successor does not serve any more: this process does.</summary>
    internal void TakeOverAgain(RestartAttempt attempt)
    {
        Forget(attempt);
        Move(LifecycleEvent.RolledBack);
        _departure!.CallBack();
        _departure = null;
        context.Try(context.Work.Resume);
        context.Try(context.Endpoints.OpenGate);
        context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
        context.Feed.Publish(new LifecycleNews.ServesAgain(generation()));
    }

    /// <summary>The successor has not come about: nothing has changed.</summary>
    internal void BackedOut(RestartAttempt attempt)
    {
        Forget(attempt);
        Move(LifecycleEvent.BackedOut);
    }

    internal void SuccessorEnded(RestartAttempt attempt)
    {
        if (attempt != _attempt)
        {
            return;
        }

        if (State == ProcessState.ShuttingDown)
        {
            _departure?.SuccessorEnded();
        }
        else if (State == ProcessState.Draining && Probation is { Watch.HasHeir: false })
        {
            // It was shut down, or has died.
            context.Try(context.Work.NobodyServes);
        }
    }

    internal void Remember(RestartRecord record) => _history.Add(record);

    /// <summary>An older generation has said that it has nothing to do any more, or has ended.</summary>
    internal void OlderDeparted(int older, DateTimeOffset? drained, bool gone) => _history.Departed(older, drained, gone ? context.Options.TimeProvider.GetUtcNow() : null);

    private void Forget(RestartAttempt attempt)
    {
        if (_attempt == attempt)
        {
            _attempt = null;
        }
    }

    private void Restart(RestartRequest request)
    {
        StartCommand command;
        try
        {
            command = context.Programs.Choose(request.Program);
        }
        catch (RestartException e)
        {
            Logger.RestartRefused(request.Trigger, e.Message);
            Fail(request, e, tried: true);
            return;
        }

        Logger.RestartAsked(request.Trigger);
        context.Feed.Publish(new LifecycleNews.RestartBegun(request));
        Move(LifecycleEvent.RestartAsked);
        int next = generation() + 1;
        _attempt = context.Options.Strategy == RestartStrategy.Handover && context.Programs.CanHandOver
            ? new HandoverAttempt(request, command, next, this, context)
            : new CompleteAttempt(request, command, next, this, context);
        try
        {
            _attempt.Begin();
        }
        catch (Exception e)
        {
            _attempt.NotStarted(e);
        }
    }

    /// <summary>Begins the restart that was held, if there is one.</summary>
    internal void TakeUpHeld() => _held.Take(RequestRestart);

    private void RefuseHeld(RestartFailure refusal) => _held.Take(request => Refuse(request, refusal));

    // The signal went to the process that was known; the service was meant. Who waits for an answer must ask the one that can give it.
    private void PassOn(RestartRequest request, RestartAttempt attempt)
    {
        if (request.BySignal && Probation is { } probation)
        {
            Logger.RestartPassedOn(request.Trigger, attempt.SuccessorPid!.Value);
            probation.Tell(new HandoverMessage.Restart(request.Trigger));
            Fail(request, Refusal(request, RestartFailure.AlreadyHandedOver));
            return;
        }

        Refuse(request, RestartFailure.AlreadyHandedOver);
    }

    private void Refuse(RestartRequest request, RestartFailure refusal)
    {
        Logger.RestartRefused(request.Trigger, Refusals.Describe(refusal, SuccessorPid));
        Fail(request, Refusal(request, refusal));
    }

    // Nothing was begun.
    private void Fail(RestartRequest request, RestartException refusal, bool tried = false)
    {
        context.Feed.Publish(new LifecycleNews.RestartRefused(request, refusal, tried));
        request.Fail(refusal);
    }

    private RestartException Refusal(RestartRequest request, RestartFailure refusal) =>
        new(refusal, $"Restart by {request.Trigger} was refused: {Refusals.Describe(refusal, SuccessorPid)}.");

    /// <summary>Tells whoever serves what this process still has to do, again and again.</summary>
    private void Report()
    {
        if (State is ProcessState.HandedOver or ProcessState.Draining && Probation is { } probation)
        {
            probation.Tell(new HandoverMessage.Report(Describe()));
        }
        else if (!_takenBack || State != ProcessState.ShuttingDown || !context.TellPredecessor(new HandoverMessage.Remaining(Describe())))
        {
            return;
        }

        _reportTimer?.Cancel();
        _reportTimer = context.Loop.Schedule(ReportInterval, Report);
    }
}
