using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The state of this process and the only place where it changes. Everything here runs on the control loop, in order, so there is nothing
/// to lock; <see cref="LifecycleTable"/> decides, <see cref="ILifecycleEffects"/> acts. Three files: what every process does; its beginning, with or without a
/// predecessor; and its restarts.
/// </summary>
internal sealed partial class ProcessLifecycle(Func<int> generation, bool hasPredecessor, LifecycleContext context)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _probationEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RestartHistory _history = new(context.Options.RestartsRemembered);
    private readonly HeldRestart _held = new();
    private volatile ProcessState _state;
    private volatile RestartAttempt? _attempt;
    private Departure? _departure;

    // Told that this process was asked to shut down while on probation, and so the service.
    private bool _predecessorFollows;

    /// <summary>The state; from any thread.</summary>
    internal ProcessState State => _state;

    internal int? SuccessorPid => _attempt?.SuccessorPid;

    /// <summary>The restarts that this process has begun; from any thread.</summary>
    internal IReadOnlyList<RestartRecord> History => _history.Newest;

    /// <summary>Completes when this process serves; fails when it never will.</summary>
    internal Task Ready => _ready.Task;

    /// <summary>Completes when this process is no longer on probation, or never will be.</summary>
    internal Task ProbationEnded => _probationEnded.Task;

    /// <summary>Completes when nothing is open any more.</summary>
    internal Task Exited => _exited.Task;

    private SuccessorProbation? Probation => (_attempt as HandoverAttempt)?.Probation;

    private ILifecycleEffects Effects => context.Effects;

    private ILogger Logger => context.Logger;

    internal void RequestShutdown(string trigger)
    {
        ProcessState previous = State;
        if (LifecycleTable.Next(previous, LifecycleEvent.ShutdownAsked).Next == previous)
        {
            // On its way out already.
            return;
        }

        Logger.ShutdownAsked(trigger);
        if (hasPredecessor)
        {
            // To one that is about to hand over: this process will never serve. To one that could take over again: that it ends is no reason. To any other no news.
            _probation?.End();
            bool told = Effects.TellPredecessor(previous == ProcessState.Starting
                ? new HandoverMessage.Failed($"it was asked to shut down by {trigger}")
                : new HandoverMessage.Stopping(trigger));
            _predecessorFollows = told && previous == ProcessState.OnProbation;
        }

        Move(LifecycleEvent.ShutdownAsked);
        _ready.TrySetException(new RestartException(RestartFailure.Stopping, $"Process {Environment.ProcessId} was asked to shut down by {trigger} before it served."));
        _probationEnded.TrySetResult();
        RefuseHeld(RestartFailure.Stopping);
        if (previous == ProcessState.HandedOver)
        {
            Probation?.ShutDown(trigger);
            Effects.ReleaseListeners(_attempt!.Claimed);
            _departure!.MayEnd(afterSuccessor: true);
        }
        else
        {
            if (previous == ProcessState.Restarting)
            {
                _attempt!.Cancel();
            }

            Effects.CloseGate();
            Effects.ReleaseListeners(claimedBySuccessor: []);
            Depart().MayEnd();
        }

        Effects.AnnounceStopping();
    }

    /// <summary>
    /// The application ends by itself. Where another process can serve instead, it does: a successor on probation gives back, a predecessor no longer waits to be
    /// called back. Else it is a shutdown.
    /// </summary>
    internal void Leave(string trigger)
    {
        if (State == ProcessState.OnProbation)
        {
            _leaving = trigger;
            _probation!.GiveBack($"{trigger} ends by itself");
        }
        else if (State == ProcessState.HandedOver && Probation is { SuccessorLives: true } probation)
        {
            probation.Pass();
        }
        else
        {
            RequestShutdown(trigger);
        }
    }

    /// <summary>Ends now, cutting what is open.</summary>
    internal void Force(string trigger)
    {
        RequestShutdown(trigger);
        _departure?.Force(trigger);
        if (State == ProcessState.ShuttingDown)
        {
            Probation?.Force(trigger);
        }

        if (_predecessorFollows)
        {
            // Once: it may be the one that has asked.
            _predecessorFollows = false;
            Effects.TellPredecessor(new HandoverMessage.Force(trigger));
        }
    }

    private Departure Depart()
    {
        _departure = new Departure(context, Finished, lastResort: () => Probation?.KillSuccessor());
        _departure.Begin();
        return _departure;
    }

    private void Finished()
    {
        Report();
        Move(LifecycleEvent.Finished);
        _exited.TrySetResult();
    }

    private bool Move(LifecycleEvent happened)
    {
        ProcessState previous = _state;
        ProcessState next = LifecycleTable.Next(previous, happened).Next;
        if (next == previous)
        {
            return false;
        }

        _state = next;
        Logger.StateChanged(Environment.ProcessId, generation(), previous, next);
        return true;
    }
}
