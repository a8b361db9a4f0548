using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The state of this process and the only place where it changes. Everything here runs on the control loop, in order, so there is nothing
/// to lock; <see cref="LifecycleTable"/> decides, the roles of <see cref="LifecycleContext"/> act. Five files: what every process does; its
/// beginning, with or without a predecessor; its restarts; force; and its end without a successor.
/// </summary>
internal sealed partial class ProcessLifecycle(Func<int> generation, LifecycleContext context) : IStartingProcess
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _probationEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RestartHistory _history = new(context.Options.RestartsRemembered, context.Options.TimeProvider);
    private readonly HeldRestart _held = new();
    private volatile ProcessState _state;
    private volatile RestartAttempt? _attempt;
    private volatile Departure? _departure;
    private HookWait? _shutdownHooks;

    // Why this process ends by itself before anybody relies on it; null if it does not.
    private volatile string? _ownEnd;

    /// <summary>The state; from any thread.</summary>
    internal ProcessState State => _state;

    internal int Generation => generation();

    internal int? SuccessorPid => _attempt?.SuccessorPid;

    /// <summary>The restarts that this process has begun; from any thread.</summary>
    internal IReadOnlyList<RestartRecord> History => _history.Newest;

    /// <summary>Completes when this process serves; fails when it never will.</summary>
    internal Task Ready => _ready.Task;

    /// <summary>Completes when this process is no longer on probation, or never will be.</summary>
    internal Task ProbationEnded => _probationEnded.Task;

    /// <summary>Completes when nothing is open any more.</summary>
    internal Task Exited => _exited.Task;

    /// <summary>The restart that is under way; null if none is. From any thread.</summary>
    internal RestartProgress? Progress => State is ProcessState.Restarting or ProcessState.HandedOver ? _attempt?.Account.Progress : null;

    /// <summary>How long the probation goes on that this process takes part in; null if it takes part in none. From any thread.</summary>
    internal TimeSpan? ProbationLeft => State switch
    {
        ProcessState.OnProbation => _probation?.TimeLeft,
        ProcessState.HandedOver => Probation?.Watch.TimeLeft,
        _ => null,
    };

    /// <summary>
    /// Whether the application ends by itself before it serves for good: an exception may be behind that. From any thread.
    /// </summary>
    internal bool EndsByItself => _ownEnd is not null;

    /// <summary>Whether this process has asked its predecessor to take over again, and waits for that; from any thread.</summary>
    internal bool StepsBack => State == ProcessState.OnProbation && _probation is { StepsBack: true };

    internal HookRunner Hooks { get; } = new(context);

    /// <summary>Whether this process only finishes its work, also if it may serve again; from any thread.</summary>
    internal bool Drains =>
        State is ProcessState.HandedOver or ProcessState.Draining or ProcessState.ShuttingDown || _attempt is CompleteAttempt { Drains: true };

    private HandoverAttempt? Probation => _attempt is HandoverAttempt { Served: true } attempt ? attempt : null;

    private ILogger Logger => context.Logger;

    internal void RequestShutdown(Trigger trigger)
    {
        // Else it is on its way out already, or about to be.
        if (_shutdownHooks is null && LifecycleTable.Next(State, LifecycleEvent.ShutdownAsked).Next != State)
        {
            if (State == ProcessState.Restarting)
            {
                // At once: should this process be killed while its hooks run, the successor must not serve on.
                (_attempt is { SuccessorPid: not null } ? _attempt : null)?.Cancel();
            }

            _shutdownHooks = Hooks.Before(SignalAction.Shutdown, trigger, () => ShutDown(trigger));
        }
    }

    /// <summary>
    /// The terminal was closed, and the service was meant. A session's leader alone hears of it from the kernel, also when it
    /// only drains.
    /// </summary>
    internal void HangUp(Trigger trigger)
    {
        if (State == ProcessState.Draining)
        {
            Probation?.Tell(new HandoverMessage.Shutdown(trigger.Words));
        }
        else
        {
            RequestShutdown(trigger);
        }
    }

    private void ShutDown(Trigger trigger)
    {
        _shutdownHooks = null;
        ProcessState previous = State;
        if (LifecycleTable.Next(previous, LifecycleEvent.ShutdownAsked).Next == previous)
        {
            return;
        }

        Logger.ShutdownAsked(trigger.Words);
        if (context.Predecessor is not null)
        {
            // To one that is about to hand over: this process will never serve. To one that could take over again: that it ends is no reason. To any other no news.
            _probation?.End();
            bool told = context.TellPredecessor(previous == ProcessState.Starting
                ? new HandoverMessage.Failed(_ownEnd ?? $"it was asked to shut down by {trigger}")
                : new HandoverMessage.Stopping(trigger.Words));
            _predecessorFollows = told && previous == ProcessState.OnProbation;
        }

        Move(LifecycleEvent.ShutdownAsked);
        if (previous != ProcessState.HandedOver && (previous != ProcessState.Starting || !AwaitsCommit))
        {
            context.Feed.Publish(new LifecycleNews.Stopping());
        }

        _ready.TrySetException(new RestartException(RestartFailure.Stopping, $"Process {Environment.ProcessId} was asked to shut down by {trigger} before it served."));
        _probationEnded.TrySetResult();
        RefuseHeld(RestartFailure.Stopping);
        if (previous == ProcessState.HandedOver)
        {
            Probation?.ShutDown(trigger.Words);
            context.Try(() => context.Endpoints.Release(_attempt!.Claimed));
            _departure!.MayEnd(afterSuccessor: true);

            // Until then the successor serves.
            context.Loop.Schedule(context.Options.ShutdownIdleGrace, () => context.Try(context.Work.NobodyServes));
            context.Try(context.Work.AnnounceStopping);
            Hooks.After(SignalAction.Shutdown, trigger);
            return;
        }

        if (previous == ProcessState.Restarting)
        {
            _attempt!.Cancel();
        }

        _grace = new ShutdownGrace(context, StopAccepting, () => EndServing(trigger));
        _grace.Begin(previous == ProcessState.Starting ? TimeSpan.Zero : context.Options.ShutdownIdleGrace, context.Options.AcceptDuringShutdownIdleGrace);
    }

    /// <summary>
    /// The application ends by itself. Where another process can serve instead, it does: a successor on probation gives back, a predecessor no longer waits to be
    /// called back. Else it is a shutdown.
    /// </summary>
    /// <param name="trigger">Who ends.</param>
    /// <param name="fault">What made it end; null if that is not known.</param>
    internal void Leave(string trigger, string? fault = null)
    {
        if (State is ProcessState.Starting or ProcessState.OnProbation && _shutdownHooks is null)
        {
            _ownEnd ??= fault ?? $"{trigger} ends by itself";
        }

        if (State == ProcessState.OnProbation)
        {
            _leaving = trigger;
            _probation!.GiveBack(_ownEnd ?? $"{trigger} ends by itself", ends: true);
        }
        else if (State == ProcessState.HandedOver && Probation is { Watch.SuccessorLives: true } probation)
        {
            probation.Leave();
        }
        else
        {
            RequestShutdown(trigger);
        }
    }

    /// <summary>This process and what it has open; from any thread.</summary>
    internal GenerationStatus Describe() => context.OpenWork.ToStatus(Environment.ProcessId, generation(), State) with
    {
        Version = context.Identity.Version,
        StartedAt = context.Identity.StartedAt,
        DrainLimit = State is ProcessState.HandedOver or ProcessState.Draining or ProcessState.ShuttingDown ? _departure?.TimeLeft : null,
        DrainedAt = _departure?.DrainedAt,
    };

    /// <summary>
    /// After a step that failed: makes the gate as the state says, and has a process that is to end do so. What the step was
    /// about is lost; the service is not.
    /// </summary>
    internal void PutRight()
    {
        switch (State)
        {
            case ProcessState.Serving:
            case ProcessState.Restarting when !Drains:
            case ProcessState.OnProbation when !StepsBack:
                context.Try(context.Endpoints.OpenGate);
                break;
            case ProcessState.HandedOver:
                context.Try(context.Endpoints.CloseGate);
                break;
            case ProcessState.ShuttingDown or ProcessState.Draining:
                context.Try(context.Endpoints.CloseGate);
                (_departure ?? Depart()).MayEnd();
                break;
        }
    }

    private Departure Depart()
    {
        _departure = new Departure(context, Describe, idle: Report, Finished, lastResort: () => Probation?.KillSuccessor());
        _departure.Begin();
        return _departure;
    }

    private void Finished()
    {
        DepartureReason reason = State == ProcessState.Draining ? DepartureReason.HandedOver : _takenBack ? DepartureReason.RolledBack : DepartureReason.Shutdown;
        Hooks.Depart(reason, reason == DepartureReason.HandedOver ? SuccessorPid : null, () =>
        {
            Move(LifecycleEvent.Finished);
            _exited.TrySetResult();
        });
    }

    private bool Move(LifecycleEvent happened)
    {
        ProcessState previous = _state;
        ProcessState next = LifecycleTable.Next(previous, happened).Next;
        if (next == previous)
        {
            return false;
        }

        // What could fail comes before the change: a state that was set is a promise of all that follows from it.
        var changed = new LifecycleNews.StateChanged(Environment.ProcessId, generation(), previous, next);
        _state = next;
        Logger.StateChanged(changed.Pid, changed.Generation, previous, next);
        context.Feed.Publish(changed);
        return true;
    }
}
