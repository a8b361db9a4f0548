using Baton.Handover;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The state of this process, which changes only here. Everything runs on the control loop in order, so nothing is locked.
/// <see cref="LifecycleTable"/> decides; the roles of <see cref="LifecycleContext"/> act.
/// </summary>
internal sealed class ProcessLifecycle
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<int> _generation;
    private readonly LifecycleContext _context;
    private volatile ProcessState _state;
    private volatile Departure? _departure;
    private LoopTimer? _reportTimer;

    internal ProcessLifecycle(Func<int> generation, LifecycleContext context)
    {
        (_generation, _context) = (generation, context);
        Hooks = new HookRunner(context);
        Start = new OwnStart(this, context);
        Inherited = new OwnState(this, context);
        Probation = new OwnProbation(this, context);
        Restarts = new Restarts(this, context);
        Decisions = new ProbationDecisions(this, context);
        Shutdown = new OwnShutdown(this, context);
    }

    /// <summary>The state; from any thread.</summary>
    internal ProcessState State => _state;

    internal int Generation => _generation();

    /// <summary>Completes when nothing is open any more.</summary>
    internal Task Exited => _exited.Task;

    internal HookRunner Hooks { get; }

    /// <summary>How this process comes to serve.</summary>
    internal OwnStart Start { get; }

    /// <summary>The state that it has from its predecessor.</summary>
    internal OwnState Inherited { get; }

    /// <summary>Its own probation, as a successor.</summary>
    internal OwnProbation Probation { get; }

    /// <summary>The restarts of this process.</summary>
    internal Restarts Restarts { get; }

    /// <summary>What somebody decides of a restart on probation.</summary>
    internal ProbationDecisions Decisions { get; }

    /// <summary>Its end without a successor, and force.</summary>
    internal OwnShutdown Shutdown { get; }

    /// <summary>The end of its open work; null if it does not depart. From any thread.</summary>
    internal Departure? Departure => _departure;

    /// <summary>The time left of the probation in which this process takes part; null for none. From any thread.</summary>
    internal TimeSpan? ProbationLeft => State switch
    {
        ProcessState.OnProbation => Probation.TimeLeft,
        ProcessState.HandedOver => Restarts.Successor?.Watch.TimeLeft,
        _ => null,
    };

    /// <summary>Whether that probation ends with a roll back unless somebody confirms; from any thread.</summary>
    internal bool AwaitsConfirm =>
        Probation.AwaitsConfirm || (State == ProcessState.HandedOver && Restarts.Successor is { Trial.AwaitsConfirm: true });

    /// <summary>Whether this process only finishes its work, even if it may serve again; from any thread.</summary>
    internal bool Drains => Departs || Restarts.Drains;

    private bool Departs => State is ProcessState.HandedOver or ProcessState.Draining or ProcessState.ShuttingDown;

    /// <summary>In a successor: an event at the predecessor's end.</summary>
    internal void Handle(PeerEvent happened)
    {
        int predecessor = _context.Predecessor!.Pid;
        switch (happened)
        {
            case PeerEvent.Said { Message: var message }:
                Handle(message, predecessor);
                break;
            case PeerEvent.Ended:
                _context.Logger.PredecessorGone(predecessor);
                Start.PredecessorDied("the predecessor is gone");
                break;
            case PeerEvent.Closed or PeerEvent.Broken:
                _context.Logger.PredecessorGone(predecessor);
                Start.PredecessorLeft((happened as PeerEvent.Broken)?.Cause.Message ?? "the predecessor is gone");
                break;
        }
    }

    /// <summary>This process and its open work; from any thread.</summary>
    internal GenerationStatus Describe() => _context.OpenWork.ToStatus(Environment.ProcessId, Generation, State) with
    {
        Version = _context.Identity.Version,
        StartedAt = _context.Identity.StartedAt,
        DrainLimit = Departs ? _departure?.TimeLeft : null,
        DrainedAt = _departure?.DrainedAt,
    };

    /// <summary>
    /// After a failed step: opens or closes the gate as the state requires, and ends a process that is to end. The step is lost;
    /// the service is not.
    /// </summary>
    internal void PutRight()
    {
        switch (State)
        {
            case ProcessState.Serving:
            case ProcessState.Restarting when !Drains:
            case ProcessState.OnProbation when !Probation.StepsBack:
                _context.Try(_context.Endpoints.OpenGate);
                break;
            case ProcessState.HandedOver:
                _context.Try(_context.Endpoints.CloseGate);
                break;
            case ProcessState.ShuttingDown or ProcessState.Draining:
                _context.Try(_context.Endpoints.CloseGate);
                (_departure ?? Depart()).MayEnd();
                break;
        }
    }

    /// <summary>Moves as the table says.</summary>
    /// <returns>Whether the state has changed.</returns>
    internal bool Move(LifecycleInput happened)
    {
        ProcessState previous = _state;
        ProcessState next = LifecycleTable.Next(previous, happened).Next;
        if (next == previous)
        {
            return false;
        }

        // Calls that could fail come before the change: the state promises everything that follows from it.
        var changed = new LifecycleEvent.StateChanged(Environment.ProcessId, Generation, previous, next);
        _state = next;
        _context.Logger.StateChanged(changed.Pid, changed.Generation, previous, next);
        _context.Feed.Publish(changed);
        if (happened == LifecycleInput.ShutdownAsked)
        {
            Decisions.ServiceEnds();
        }

        return true;
    }

    /// <summary>Begins the drain.</summary>
    internal Departure Depart()
    {
        _departure = new Departure(
            _context, Describe, Idle, Finished, lastResort: () => Restarts.ShutDownToo?.Watch.Kill.Now());
        _departure.Begin();
        return _departure;
    }

    /// <summary>This process serves again.</summary>
    internal void CallBack()
    {
        _departure!.CallBack();
        _departure = null;
    }

    /// <summary>Reports the open work to the process that serves, repeatedly.</summary>
    internal void Report()
    {
        if (State is ProcessState.HandedOver or ProcessState.Draining && Restarts.Successor is { } successor)
        {
            successor.Tell(new HandoverMessage.Report(Describe()));
        }
        else if (!Probation.IsTakenBack || State != ProcessState.ShuttingDown
            || !_context.TellPredecessor(new HandoverMessage.Remaining(Describe())))
        {
            return;
        }

        _reportTimer?.Cancel();
        _reportTimer = _context.Loop.Schedule(ReportInterval, Report);
    }

    private void Handle(HandoverMessage message, int predecessor)
    {
        switch (message)
        {
            case HandoverMessage.Commit commit:
                _context.Terms.Receive(commit.Term);
                Start.Serve(commit.Probation, commit.Heartbeat, commit.AwaitsConfirm);
                break;
            case HandoverMessage.Confirmed:
                Start.PredecessorLeft("the predecessor has confirmed this process");
                break;
            case HandoverMessage.Refused refused:
                Start.GiveUp($"the predecessor refused: {refused.Reason}");
                break;
            case HandoverMessage.GiveBack giveBack:
                Probation.GiveBackAsAsked(giveBack.Reason);
                break;
            case HandoverMessage.TakenBack:
                Probation.TakenBack();
                break;
            case HandoverMessage.Shutdown shutdown:
                Shutdown.Request(shutdown.Trigger.PassedOnByPredecessor(predecessor));
                break;
            case HandoverMessage.Restart restart:
                Restarts.Request(new RestartRequest(restart.Trigger.PassedOnByPredecessor(predecessor), bySignal: true));
                break;
            case HandoverMessage.Force force:
                Shutdown.ForceAskedByPredecessor(force.Trigger);
                break;
            case HandoverMessage.History history:
                Restarts.Inherit(history.Restarts);
                break;
        }
    }

    private void Idle()
    {
        Report();

        // It may wait for hours. In a usual probation it would not be worth the collection.
        if (State == ProcessState.HandedOver && AwaitsConfirm)
        {
            _context.Try(_context.Process.TrimMemory);
        }
    }

    private void Finished()
    {
        DepartureReason reason = State == ProcessState.Draining ? DepartureReason.HandedOver
            : Probation.IsTakenBack ? DepartureReason.RolledBack : DepartureReason.Shutdown;
        Hooks.Depart(reason, reason == DepartureReason.HandedOver ? Restarts.SuccessorPid : null, () =>
        {
            Move(LifecycleInput.Finished);
            _exited.TrySetResult();
        });
    }
}
