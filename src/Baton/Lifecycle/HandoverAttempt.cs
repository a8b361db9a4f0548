using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// A restart by handover. It ends with a successor that serves for good; or with one that failed before the commit, and is dead
/// and reaped; or with one that served and failed, and this process serves again. Lives on the control loop.
/// </summary>
internal sealed class HandoverAttempt : RestartAttempt
{
    private readonly ProgressThrottle _progress;
    private ISuccessor? _successor;
    private SuccessorWatch? _watch;
    private CommitSteps? _commit;
    private StateReturn? _return;
    private RollBack? _rollBack;

    // The reason of a failure before the commit.
    private RestartFault? _fault;

    internal HandoverAttempt(
        RestartRequest request, StartCommand command, int generation, ProcessLifecycle lifecycle, LifecycleContext context)
        : base(request, command, generation, lifecycle, context) => _progress = new ProgressThrottle(
            context, (phase, detail) => Happen(RestartEvent.Progress, new HandoverMessage.Progress(phase, detail)));

    internal override int? SuccessorPid => _successor?.Pid;
    internal override GenerationStatus? Successor => _watch?.Reported;

    internal override RestartStrategy Strategy => RestartStrategy.Handover;

    /// <summary>Only after the successor is started.</summary>
    internal SuccessorWatch Watch => _watch!;

    private ILogger Logger => Context.Logger;
    private int Pid => _successor!.Pid;

    internal void Tell(HandoverMessage message) => Context.Try(() => _successor!.TryTell(message));

    /// <summary>This process gives up its right to come back before the end of the probation.</summary>
    internal void Leave() => Happen(RestartEvent.LeaveAsked);

    /// <summary>An event that no message tells of, such as what somebody decides.</summary>
    internal void Happened(RestartEvent happened, RestartFault? fault) => Happen(happened, fault: fault);

    /// <summary>This process was asked to shut down, and the service was meant: a successor on probation ends too.</summary>
    internal void ShutDown(RestartTrigger trigger) => Happen(RestartEvent.ShutdownAsked, new HandoverMessage.Shutdown(trigger));

    /// <summary>This process was asked to shut down before the commit.</summary>
    internal override void Cancel()
    {
        if (_successor is null)
        {
            base.Cancel();
        }
        else
        {
            Happen(RestartEvent.Cancelled, fault: new(RestartFailure.Stopping, "was killed because a shutdown was asked"));
        }
    }

    protected override void Do(RestartAction action, HandoverMessage? message, RestartFault? fault)
    {
        Action step = action switch
        {
            RestartAction.Start => Start,
            RestartAction.Note => () => Note(message!),
            RestartAction.Prepare => () => Prepare((HandoverMessage.Ready)message!),
            RestartAction.PassOn => _commit!.PassOn,
            RestartAction.AwaitLoaded => () => Watch.AwaitLoaded(),
            RestartAction.TellToServe => _commit!.TellToServe,
            RestartAction.BeginProbation => BeginProbation,
            RestartAction.Refuse => () => Tell(new HandoverMessage.Refused(Account.Explain(_fault!))),
            RestartAction.Fail => () => Fail(fault!),
            RestartAction.FailAndReopen => () => FailAndReopen(fault!),
            RestartAction.ImproveReason => () => ImproveReason(fault!),
            RestartAction.Pass => Pass,
            RestartAction.PassAndForce => () =>
            {
                Pass();
                Lifecycle.Shutdown.Force(((HandoverMessage.Force)message!).Trigger);
            },
            RestartAction.AskBack => () => Watch.AskBack(fault!),
            RestartAction.AwaitState => () => (_return = new StateReturn(fault!, Context, found => Happen(found))).Await(),
            RestartAction.LoadBack => () => _return!.Load((HandoverMessage.HandedBack)message!),
            RestartAction.TakeBack => () => TakeBack(fault),
            RestartAction.Report => () => _rollBack!.Report(status: default),
            RestartAction.NoteRemaining => () => _rollBack!.Handle(((HandoverMessage.Remaining)message!).Status),
            RestartAction.TellShutdown => () => TellShutdown((HandoverMessage.Shutdown)message!),
            RestartAction.Follow => () => Follow((HandoverMessage.Stopping)message!),
            RestartAction.ShutDownToo => () => ShutDownToo((HandoverMessage.Stopping)message!),
            RestartAction.ForceSelf => () => Lifecycle.Shutdown.Force(((HandoverMessage.Force)message!).Trigger),
            RestartAction.IgnoreForce => () =>
                Logger.ForceIgnored(Pid, ((HandoverMessage.Force)message!).Trigger, Environment.ProcessId),
            RestartAction.LogBroken => () => Logger.ChannelBroken(fault!.Cause!.Message),
            RestartAction.LogEnd => () => LogEnd(fault!.Status),
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, message: null),
        };
        step();
    }

    protected override void BackOut(RestartFault? fault)
    {
        _watch?.End();
        if (fault is null)
        {
            Logger.SuccessorNotReaped(Pid, Options.ExitTimeout);
        }

        if (_fault is not null)
        {
            fault = _fault with { Status = fault?.Status ?? default };
        }
        else if (_successor is not null)
        {
            fault = Account.InFull(fault!);
        }

        base.BackOut(fault);
    }

    private void Start()
    {
        Account.Enter(PhaseName.Spawn);
        Lifecycle.Restarts.BoundGenerations();

        // From here on a successor may serve without us. If our own predecessor was stopped all the time, it must not take over
        // beside it.
        Context.TellPredecessor(new HandoverMessage.HandedOn());
        try
        {
            _successor = StartSuccessor(happened => Context.Loop.Post(() => Handle(happened)));
        }
        catch (Exception e)
        {
            NotStarted(e);
            return;
        }

        _watch = new SuccessorWatch(_successor, Trial, Context, (found, fault) =>
        {
            _progress.Flush();
            Happen(found, fault: fault);
        });
        Context.TellPredecessor(new HandoverMessage.HandedOn(Pid));
        AnnounceSuccessor(Pid);
        _watch.AwaitReady();
    }

    private void Handle(PeerEvent happened)
    {
        HandoverMessage? message = (happened as PeerEvent.Said)?.Message;
        if (message is HandoverMessage.Progress progress)
        {
            _progress.Say(progress.Phase, progress.Detail);
            return;
        }

        Watch.Note(happened, Served);
        if (happened is PeerEvent.Ended)
        {
            _rollBack?.Ended();
        }

        // Earlier messages come first.
        _progress.Flush();

        // A sign of life of a dead process proves nothing, and its wish for force is void, since this process is needed now.
        bool counts = Watch.SuccessorLives || message is not { IsOfTheLiving: true };
        if (counts || !RestartTable.IsOnProbation(Stage))
        {
            Happen(RestartTable.Of(happened), message, Watch.FaultOf(happened, Served));
        }

        if (happened is PeerEvent.Ended)
        {
            Lifecycle.Restarts.SuccessorEnded(this);
        }
    }

    private void Note(HandoverMessage message)
    {
        HandoverMessage.Progress progress = message is HandoverMessage.Hello hello
            ? new(PhaseName.Starting, $"{hello.Program}, with {_successor!.ListenersGiven} listeners")
            : (HandoverMessage.Progress)message;
        Account.Enter(progress.Phase, progress.Detail, Pid);
        Logger.SuccessorProgress(Pid, Account.Last);
    }

    private void Prepare(HandoverMessage.Ready ready)
    {
        Watch.EndWait();
        Claimed = ready.Claimed;
        _commit = new CommitSteps(
            _successor!, Generation, Trial, Context, phase => Account.Enter(phase), Happened);
        _commit.Begin();
    }

    private void FailAndReopen(RestartFault fault)
    {
        Fail(fault, reopens: true);
        _commit!.GoBack();
        if (fault.Status != default)
        {
            // Its end was the failure: no other end follows.
            Happen(RestartEvent.Ended, fault: fault);
        }
    }

    private void BeginProbation()
    {
        Logger.HandedOver(Pid, Generation, (long)Account.Served().TotalMilliseconds);
        Account.Enter(PhaseName.Probation);
        Watch.BeginProbation(verdict => Account.Enter(PhaseName.Probation, verdict));
        Lifecycle.Restarts.Committed(this);
        if (Trial.Length == TimeSpan.Zero)
        {
            Happen(RestartEvent.Proved);
        }
    }

    private void Fail(RestartFault fault, bool reopens = false)
    {
        Watch.EndWait();
        _fault = Account.InFull(fault);
        Watch.GiveUp(_fault, Account.Explain(_fault), atOnce: reopens);
    }

    private void ImproveReason(RestartFault fault)
    {
        if (_rollBack is not null)
        {
            _rollBack.ImproveReason(fault);
        }
        else if (_fault!.Failure == RestartFailure.SuccessorFailed)
        {
            // The application reports its exception only after it has disposed its objects.
            _fault = Account.InFull(fault);
        }
    }

    private void Pass()
    {
        Watch.End();

        // For good, and before the channel is passed on: another process serves, whatever happens to this one.
        Context.TellPredecessor(new HandoverMessage.HandedOn());
        Context.Try(() => Context.Older.PassOn(_successor!));
        Lifecycle.Restarts.SuccessorProved(this);
        Account.Succeed();
        Tell(new HandoverMessage.History(Lifecycle.Restarts.History));
    }

    private void TakeBack(RestartFault? fault)
    {
        Watch.End();
        _rollBack = new RollBack(this, _successor!, Watch, Context);
        _rollBack.Begin(fault, _return, Lifecycle, reportTimeout: () => Happen(RestartEvent.ReportTimeout));
    }

    private void TellShutdown(HandoverMessage.Shutdown shutdown)
    {
        Tell(shutdown);
        Stop($"was told to shut down too, as {shutdown.Trigger} asked process {Environment.ProcessId}");
    }

    private void Follow(HandoverMessage.Stopping stopping)
    {
        Stop($"served, and was then asked to shut down by {stopping.Trigger}");
        ShutDownToo(stopping);
    }

    // A wish to end the service is no failure of the successor.
    private void Stop(string what)
    {
        Watch.End();
        Account.Fail(Account.InFull(new RestartFault(RestartFailure.Stopping, what)));
    }

    // Also after a roll back: it was asked before it knew of that, and has removed its unix paths.
    private void ShutDownToo(HandoverMessage.Stopping stopping) =>
        Lifecycle.Shutdown.Request(stopping.Trigger.PassedOnBySuccessor(Pid));

    private void LogEnd(ExitStatus status)
    {
        if (_rollBack is { IsReported: false })
        {
            _rollBack.Report(status);
            return;
        }

        Logger.SuccessorGone(Pid, status.ToString(), Environment.ProcessId);
        if (!Watch.HasHeir && status.Code != 0)
        {
            Lifecycle.Restarts.SuccessorDied(this, Pid);
        }
    }
}
