using Baton.Handover;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The end of a process without a successor, and force, which cuts open work. Force is for processes that depart, never for one
/// that serves. Lives on the control loop.
/// </summary>
internal sealed class OwnShutdown(ProcessLifecycle lifecycle, LifecycleContext context)
{
    private HookWait? _hooks;
    private HookWait? _forceHooks;
    private ShutdownGrace? _grace;
    private bool _forced;
    private RestartTrigger? _forceWhenTakenBack;

    // Called when this process was asked to shut down on probation, which means the service.
    private bool _predecessorFollows;

    // The reason why this process ends by itself before it serves for good; null if it does not.
    private volatile string? _ownEnd;

    /// <summary>Whether its hooks run; the state changes after them.</summary>
    internal bool IsAsked => _hooks is not null;

    /// <summary>
    /// Whether the application ends by itself before it serves for good; an exception may follow. From any thread.
    /// </summary>
    internal bool EndsByItself => _ownEnd is not null;

    private ProcessState State => lifecycle.State;

    private ILogger Logger => context.Logger;

    internal void Request(RestartTrigger trigger)
    {
        // Otherwise it is ending already, or about to.
        if (_hooks is null && !lifecycle.Decisions.LeavesToTheOther(trigger)
            && LifecycleTable.Next(State, LifecycleInput.ShutdownAsked).Next != State)
        {
            if (State == ProcessState.Restarting)
            {
                // At once: if this process is killed while its hooks run, the successor must not serve on.
                lifecycle.Restarts.KillStarting();
            }

            _hooks = lifecycle.Hooks.Before(SignalAction.Shutdown, trigger, () => ShutDown(trigger));
        }
    }

    /// <summary>
    /// The terminal was closed, which means the service. The kernel tells only the session's leader, also when that one drains.
    /// </summary>
    internal void HangUp(RestartTrigger trigger)
    {
        if (State == ProcessState.Draining)
        {
            lifecycle.Restarts.Successor?.Tell(new HandoverMessage.Shutdown(trigger));
        }
        else
        {
            Request(trigger);
        }
    }

    /// <summary>
    /// The application ends by itself. If another process can serve, it does: a successor on probation gives back, a predecessor
    /// no longer waits to be called back. Otherwise this is a shutdown.
    /// </summary>
    /// <param name="trigger">What ends it.</param>
    /// <param name="fault">The exception behind it; null if unknown.</param>
    internal void Leave(RestartTrigger trigger, string? fault = null)
    {
        if (State is ProcessState.Starting or ProcessState.OnProbation && _hooks is null)
        {
            _ownEnd ??= fault ?? $"{trigger} ends by itself";
        }

        if (State == ProcessState.OnProbation)
        {
            lifecycle.Probation.Leave(trigger, _ownEnd ?? $"{trigger} ends by itself");
        }
        else if (State == ProcessState.HandedOver && lifecycle.Restarts.Successor is { Watch.SuccessorLives: true } successor)
        {
            successor.Leave();
        }
        else
        {
            Request(trigger);
        }
    }

    /// <summary>The host's time to stop is over: open work is cut. If nothing has stopped yet, this is force.</summary>
    internal void HostTimeIsUp(RestartTrigger trigger)
    {
        _grace?.End();
        if (lifecycle.Departure is { } departure && State != ProcessState.HandedOver)
        {
            departure.StopWaiting(trigger);
        }
        else
        {
            Force(trigger);
        }
    }

    /// <summary>Ends now and cuts open work. A second call does not even wait for hooks.</summary>
    internal void Force(RestartTrigger trigger)
    {
        if (_forceHooks is { } waiting)
        {
            waiting.GiveUp();
        }
        else if (_forced)
        {
            lifecycle.Hooks.GiveUpAll();
        }
        else if (lifecycle.Decisions.LeavesToTheOther(trigger) && State == ProcessState.OnProbation)
        {
            _forceWhenTakenBack = trigger;
        }
        else
        {
            _forceHooks = lifecycle.Hooks.Before(SignalAction.Force, trigger, () => ForceNow(trigger));
        }
    }

    /// <summary>
    /// The predecessor wants this process to hurry: one that it told to shut down, or took over from. Never one that serves.
    /// </summary>
    internal void ForceAskedByPredecessor(RestartTrigger trigger)
    {
        if (State is ProcessState.ShuttingDown || IsAsked)
        {
            Force(trigger);
        }
        else
        {
            Logger.PredecessorForceIgnored(trigger, Environment.ProcessId);
        }
    }

    /// <summary>
    /// Cuts the open work of a process that finishes it anyway. Begins no shutdown, and a process that may be called back still
    /// may.
    /// </summary>
    /// <returns>False if this process does not finish its work.</returns>
    internal bool ForceDrain(RestartTrigger trigger)
    {
        if (State is ProcessState.Draining or ProcessState.ShuttingDown)
        {
            Force(trigger);
            return true;
        }

        if (lifecycle.Probation.StepsBack)
        {
            // A shutdown now would end the whole service.
            _forceWhenTakenBack = trigger;
            Logger.ForceHeld(trigger, Environment.ProcessId);
            return true;
        }

        if (!lifecycle.Drains)
        {
            return false;
        }

        lifecycle.Hooks.Before(SignalAction.Force, trigger, () =>
        {
            lifecycle.Departure?.CutNow(trigger);
            lifecycle.Restarts.CutDrain(trigger);
            lifecycle.Hooks.After(SignalAction.Force, trigger);
        });
        return true;
    }

    /// <summary>The predecessor has taken over again: runs the force that was asked for meanwhile.</summary>
    internal void ForceIfHeld()
    {
        if (_forceWhenTakenBack is { } trigger)
        {
            Force(trigger);
        }
    }

    private void ShutDown(RestartTrigger trigger)
    {
        _hooks = null;
        ProcessState previous = State;
        if (LifecycleTable.Next(previous, LifecycleInput.ShutdownAsked).Next == previous)
        {
            return;
        }

        Logger.ShutdownAsked(trigger);
        TellPredecessor(trigger, previous);
        bool awaitsCommit = previous == ProcessState.Starting && lifecycle.Start.AwaitsCommit;
        lifecycle.Move(LifecycleInput.ShutdownAsked);
        if (previous != ProcessState.HandedOver && !awaitsCommit)
        {
            context.Feed.Publish(new LifecycleEvent.Stopping());
        }

        lifecycle.Start.NeverServes(trigger);
        lifecycle.Probation.End();
        lifecycle.Restarts.RefuseHeld(RestartFailure.Stopping);
        if (previous == ProcessState.HandedOver)
        {
            EndWithSuccessor(trigger);
            return;
        }

        if (previous == ProcessState.Restarting)
        {
            lifecycle.Restarts.Cancel();
        }

        _grace = new ShutdownGrace(context, StopAccepting, () => EndServing(trigger));
        TimeSpan time = previous == ProcessState.Starting ? TimeSpan.Zero : context.Options.ShutdownIdleGrace;
        _grace.Begin(time, context.Options.AcceptDuringShutdownIdleGrace);
    }

    // Before the commit: this process will not serve. On probation: its end must not cause a roll back. Else nothing depends on
    // it.
    private void TellPredecessor(RestartTrigger trigger, ProcessState previous)
    {
        bool told = context.TellPredecessor(previous == ProcessState.Starting
            ? new HandoverMessage.Failed(_ownEnd ?? $"it was asked to shut down by {trigger}")
            : new HandoverMessage.Stopping(trigger));
        _predecessorFollows = told && previous == ProcessState.OnProbation;
    }

    // On the successor's probation both end.
    private void EndWithSuccessor(RestartTrigger trigger)
    {
        HandoverAttempt successor = lifecycle.Restarts.Successor!;
        successor.ShutDown(trigger);
        context.Try(() => context.Endpoints.Release(successor.Claimed));
        lifecycle.Departure!.MayEnd(afterSuccessor: true);

        // Until then the successor serves.
        context.Loop.Schedule(context.Options.ShutdownIdleGrace, () => context.Try(context.Work.NobodyServes));
        context.Try(context.Work.AnnounceStopping);
        lifecycle.Hooks.After(SignalAction.Shutdown, trigger);
    }

    private void StopAccepting()
    {
        context.Try(context.Endpoints.CloseGate);
        context.Try(() => context.Endpoints.Release([]));
    }

    private void EndServing(RestartTrigger trigger)
    {
        Departure departure = lifecycle.Depart();
        context.Try(context.Work.NobodyServes);
        departure.MayEnd();
        context.Try(context.Work.AnnounceStopping);
        lifecycle.Hooks.After(SignalAction.Shutdown, trigger);
    }

    private void ForceNow(RestartTrigger trigger)
    {
        (_forceHooks, _forced) = (null, true);
        _hooks?.Cancel();
        ShutDown(trigger);
        _grace?.End();
        lifecycle.Hooks.GiveUpAll();
        lifecycle.Departure?.Force(trigger);
        lifecycle.Restarts.ShutDownToo?.Tell(new HandoverMessage.Force(trigger));
        if (_predecessorFollows)
        {
            // Once: the successor may be the one that has asked.
            _predecessorFollows = false;
            context.TellPredecessor(new HandoverMessage.Force(trigger));
        }

        lifecycle.Hooks.After(SignalAction.Force, trigger);
    }
}
