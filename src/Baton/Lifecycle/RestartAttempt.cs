using System.Diagnostics;
using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>
/// One restart, from the request to its outcome. <see cref="RestartTable"/> decides; this class runs the actions before anything
/// is started. Lives on the control loop.
/// </summary>
internal abstract class RestartAttempt
{
    private readonly RestartRequest _request;
    private volatile RestartStage _stage;
    private StartCommand _command;
    private Action? _giveUpCheck;
    private HookWait? _hooks;

    private protected RestartAttempt(
        RestartRequest request, StartCommand command, int generation, ProcessLifecycle lifecycle, LifecycleContext context)
    {
        (_request, _command, Generation, Lifecycle, Context) = (request, command, generation, lifecycle, context);
        Trial = Trial.Of(request, context.Options);
        Account = new RestartAccount(this, request, lifecycle, context);
    }

    internal abstract int? SuccessorPid { get; }

    /// <summary>What the successor on probation last said of itself; from any thread.</summary>
    internal virtual GenerationStatus? Successor => null;

    internal abstract RestartStrategy Strategy { get; }

    /// <summary>The keys that the successor uses. The others end with this process.</summary>
    internal IReadOnlyList<string> Claimed { get; private protected set; } = [];

    /// <summary>From any thread.</summary>
    internal RestartStage Stage => _stage;

    internal RestartAccount Account { get; }

    /// <summary>The successor's.</summary>
    internal int Generation { get; }

    /// <summary>The successor's probation.</summary>
    internal Trial Trial { get; }

    internal string Program => _command.Program;

    /// <summary>Whether the successor got its commit, even if it failed later; from any thread.</summary>
    internal bool Served => RestartTable.IsServed(_stage);

    protected ProcessLifecycle Lifecycle { get; }

    protected LifecycleContext Context { get; }

    protected StartCommand Command => _command;

    protected RestarterOptions Options => Context.Options;

    /// <summary>Its place in a trace, if it has one yet; from any thread.</summary>
    protected Func<ActivityContext> Trace => () => _request.Activity?.Context ?? default;

    internal void Begin() => _hooks = Lifecycle.Hooks.BeforeRestart(
        _request,
        _command,
        Generation,
        Change,
        begun: () => Account.Enter(PhaseName.Hooks),
        then: () => Happen(RestartEvent.HooksEnded));

    /// <summary>This process was asked to shut down before a successor serves.</summary>
    internal virtual void Cancel()
    {
        _hooks?.Cancel();
        _giveUpCheck?.Invoke();
        Happen(RestartEvent.NotStarted, fault: new(RestartFailure.Stopping, "was given up because a shutdown was asked"));
    }

    /// <summary>Fails before a successor exists. Catches everything, so that the state cannot stick in Restarting.</summary>
    internal void NotStarted(Exception cause) => Happen(
        RestartEvent.NotStarted,
        fault: new((cause as RestartException)?.Failure ?? RestartFailure.SpawnFailed, cause.Message) { Cause = cause });

    /// <summary>Runs the action of the table.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="message">The message behind it, if there is one.</param>
    /// <param name="fault">The reason, if the restart fails by it.</param>
    protected void Happen(RestartEvent happened, HandoverMessage? message = null, RestartFault? fault = null)
    {
        (_stage, RestartAction action) = RestartTable.Next(_stage, happened);
        switch (action)
        {
            case RestartAction.None:
                break;
            case RestartAction.RunCheck:
                RunCheck();
                break;
            case RestartAction.BackOut:
                BackOut(fault);
                break;
            default:
                Do(action, message, fault);
                break;
        }
    }

    protected abstract void Do(RestartAction action, HandoverMessage? message, RestartFault? fault);

    /// <summary>The restart is undone completely.</summary>
    protected virtual void BackOut(RestartFault? fault)
    {
        // The state first: a requester that gets the failure may ask for the next restart at once.
        Lifecycle.Restarts.BackedOut(this);
        Account.Fail(fault!);
    }

    /// <exception cref="RestartException">It could not be started, or has left.</exception>
    protected ISuccessor StartSuccessor(Action<PeerEvent> post) => _request.Taker is { } taker
        ? Context.Programs.Adopt(taker, Generation, Trace, post)
        : Context.Programs.StartSuccessor(Command, Generation, Trace, post);

    protected void AnnounceSuccessor(int pid) =>
        Context.Feed.Publish(new LifecycleEvent.SuccessorStarted(_request, pid, Generation, Strategy));

    private void Change(StartCommand changed)
    {
        if (_hooks is { IsOver: false })
        {
            _command = changed;
        }
    }

    private void RunCheck()
    {
        // A process that takes over by itself runs already.
        if (Options.CheckArguments.Count == 0 || _request.Taker is not null)
        {
            Happen(RestartEvent.CheckPassed);
            return;
        }

        Account.Enter(PhaseName.Check);
        try
        {
            _giveUpCheck = Context.Programs.Check(_command, defect => Context.Loop.Post(() => Checked(defect)));
        }
        catch (Exception e)
        {
            NotStarted(e);
        }
    }

    private void Checked(string? defect)
    {
        _giveUpCheck = null;
        if (defect is null)
        {
            Happen(RestartEvent.CheckPassed);
        }
        else
        {
            Happen(RestartEvent.NotStarted, fault: new RestartFault(RestartFailure.CheckFailed, defect, defect));
        }
    }
}
