using Baton.Handover;
using static Baton.Lifecycle.RestartAction;
using static Baton.Lifecycle.RestartEvent;
using static Baton.Lifecycle.RestartStage;

namespace Baton.Lifecycle;

/// <summary>The stage of a restart.</summary>
internal enum RestartStage
{
    /// <summary>The application's hooks run.</summary>
    Hooks,

    /// <summary>The program checks itself.</summary>
    Check,

    /// <summary>The successor starts; in a complete restart this process finishes its work first.</summary>
    Starting,

    /// <summary>The successor is ready, and the gate is closed: this process takes the steps before the commit.</summary>
    Preparing,

    /// <summary>The successor is about to get its commit; in a complete restart its program is started.</summary>
    Committing,

    /// <summary>The gate is closed, and the successor loads the resources that only one process may use.</summary>
    Loading,

    /// <summary>It has failed, and waits for the successor's end.</summary>
    Failing,

    /// <summary>It failed before the commit, and is undone.</summary>
    BackedOut,

    /// <summary>The successor serves on probation.</summary>
    OnProbation,

    /// <summary>The time of the probation is over: the next sign of life passes it.</summary>
    TimeIsUp,

    /// <summary>The successor was told to give back, and is killed if it does not.</summary>
    RollingBack,

    /// <summary>The successor has stopped accepting, and is about to hand back state.</summary>
    AwaitingState,

    /// <summary>This process loads what it has handed back, before it serves again.</summary>
    LoadingBack,

    /// <summary>The successor serves for good.</summary>
    Passed,

    /// <summary>The successor served and failed: this process serves again.</summary>
    RolledBack,

    /// <summary>As RolledBack; then the successor was asked to shut down, which means the service.</summary>
    RolledBackAndEnding,

    /// <summary>The service was asked to end during the probation: the successor was told to end too.</summary>
    ShutDown,

    /// <summary>The service ends because the successor was asked to.</summary>
    SuccessorStopping,
}

/// <summary>The events of a restart.</summary>
internal enum RestartEvent
{
    // In this process.
    HooksEnded,
    CheckPassed,
    NotStarted,
    Drained,
    Started,
    Prepared,
    ResourcesSent,
    Committed,
    CommitFailed,
    Cancelled,
    ShutdownAsked,
    LeaveAsked,
    RollBackAsked,
    JudgedBad,

    // Messages of the successor.
    Hello,
    Progress,
    Ready,
    Loaded,
    Failed,
    Alive,
    Unhealthy,
    ConfirmAsked,
    GivesBack,
    HandedBack,
    HandedOn,
    Stopping,
    Force,
    Remaining,

    // Its end.
    Broken,
    Closed,
    Ended,
    Crashed,
    Hung,

    // Limits.
    ReadyTimeout,
    LoadTimeout,
    StateLate,
    StateBack,
    ProbationOver,
    ConfirmLate,
    GivesBackLate,
    Proved,
    NotReaped,
    ReportTimeout,
}

/// <summary>The actions of a restart.</summary>
internal enum RestartAction
{
    None,
    RunCheck,
    Start,
    Note,
    Prepare,
    PassOn,
    AwaitLoaded,
    TellToServe,
    BeginProbation,
    Refuse,
    Fail,
    FailAndReopen,
    ImproveReason,
    BackOut,
    Replace,
    Pass,
    PassAndForce,
    AskBack,
    AwaitState,
    LoadBack,
    TakeBack,
    Report,
    NoteRemaining,
    TellShutdown,
    Follow,
    ShutDownToo,
    ForceSelf,
    IgnoreForce,
    LogBroken,
    LogEnd,
}

/// <summary>
/// One restart as one pure function. An event without a row is ignored in its stage, because another one overtook it.
/// </summary>
internal static class RestartTable
{
    internal static (RestartStage Next, RestartAction Action) Next(RestartStage stage, RestartEvent happened) =>
        (stage, happened) switch
    {
        (Hooks, HooksEnded) => (Check, RunCheck),
        (Check, CheckPassed) => (Starting, Start),
        (Hooks or Check or Starting or Committing, NotStarted) => (BackedOut, BackOut),

        // A complete restart.
        (Starting, Drained) => (Committing, Replace),
        (Committing, Started) => (Passed, None),

        (Starting or Failing, Hello or Progress) => (stage, Note),
        (Starting, Ready) => (Preparing, Prepare),
        (Starting, Failed or Broken or Closed or ReadyTimeout or Cancelled) => (Failing, Fail),
        (Starting, Alive or Unhealthy or ConfirmAsked or GivesBack or HandedBack or HandedOn or Stopping or Force or Remaining) =>
            (Failing, Fail),
        (Starting, Ended) => (BackedOut, BackOut),
        (Preparing, Prepared) => (Committing, PassOn),
        (Committing, ResourcesSent) => (Loading, AwaitLoaded),
        (Loading, Loaded) => (Committing, TellToServe),
        (Preparing or Loading, Failed or Broken or Closed or Ended or LoadTimeout or Cancelled) => (Failing, FailAndReopen),
        (Preparing or Loading, Alive or Unhealthy or ConfirmAsked or GivesBack or HandedBack or HandedOn) =>
            (Failing, FailAndReopen),
        (Preparing or Loading, Stopping or Force or Remaining) => (Failing, FailAndReopen),
        (Committing, Committed) => (OnProbation, BeginProbation),
        (Preparing or Committing, CommitFailed) => (Failing, FailAndReopen),
        (Failing, Ready) => (stage, Refuse),
        (Failing, Failed) => (stage, ImproveReason),
        (Failing, Ended or NotReaped) => (BackedOut, BackOut),

        (OnProbation, ProbationOver) => (TimeIsUp, None),
        (TimeIsUp, Alive) => (Passed, Pass),
        (OnProbation or TimeIsUp, Proved or HandedOn or ConfirmAsked) => (Passed, Pass),
        (OnProbation or TimeIsUp, RollBackAsked or JudgedBad or ConfirmLate) => (RollingBack, AskBack),
        (RollingBack, HandedOn) => (Passed, Pass),
        (RollingBack, Failed or Unhealthy or Broken or Closed or Ended or Crashed or Hung or GivesBackLate) =>
            (RolledBack, TakeBack),
        (OnProbation or TimeIsUp, Force) => (Passed, PassAndForce),
        (OnProbation or TimeIsUp, Failed or Unhealthy or Broken or Closed or Ended or Crashed or Hung) => (RolledBack, TakeBack),
        (OnProbation or TimeIsUp or RollingBack, GivesBack) => (AwaitingState, AwaitState),
        (AwaitingState, HandedBack) => (LoadingBack, LoadBack),
        (AwaitingState, Failed or Broken or Closed or Ended or Crashed or Hung or StateLate) => (RolledBack, TakeBack),
        (AwaitingState or LoadingBack, StateBack) => (RolledBack, TakeBack),
        (OnProbation or TimeIsUp or RollingBack or AwaitingState or LoadingBack, LeaveAsked) => (Passed, Pass),
        (OnProbation or TimeIsUp or RollingBack or AwaitingState or LoadingBack, ShutdownAsked) =>
            (ShutDown, TellShutdown),
        (OnProbation or TimeIsUp or RollingBack or AwaitingState or LoadingBack, Stopping) => (SuccessorStopping, Follow),

        (RolledBack or RolledBackAndEnding, Failed) => (stage, ImproveReason),
        (RolledBack or RolledBackAndEnding, ReportTimeout) => (stage, Report),
        (RolledBack or RolledBackAndEnding, Remaining) => (stage, NoteRemaining),
        (RolledBack, Stopping) => (RolledBackAndEnding, ShutDownToo),
        (RolledBack, Force) => (stage, IgnoreForce),
        (RolledBack or RolledBackAndEnding or Passed or ShutDown or SuccessorStopping, Ended) => (stage, LogEnd),
        (RolledBack or RolledBackAndEnding or Passed or ShutDown or SuccessorStopping, Broken) => (stage, LogBroken),
        (RolledBackAndEnding or Passed or ShutDown or SuccessorStopping, Stopping) => (stage, ShutDownToo),
        (RolledBackAndEnding or Passed or ShutDown or SuccessorStopping, Force) => (stage, ForceSelf),

        _ => (stage, None),
    };

    /// <summary>Whether the successor got its commit, whatever happened later.</summary>
    internal static bool IsServed(RestartStage stage) => stage >= OnProbation;

    /// <summary>Whether the probation is still undecided.</summary>
    internal static bool IsOnProbation(RestartStage stage) =>
        stage is OnProbation or TimeIsUp or RollingBack or AwaitingState or LoadingBack;

    /// <summary>The event of the restart for an event at the successor's end.</summary>
    internal static RestartEvent Of(PeerEvent happened) => happened switch
    {
        PeerEvent.Broken => Broken,
        PeerEvent.Closed => Closed,
        PeerEvent.Ended => Ended,
        PeerEvent.Said { Message: HandoverMessage.Hello } => Hello,
        PeerEvent.Said { Message: HandoverMessage.Progress } => Progress,
        PeerEvent.Said { Message: HandoverMessage.Ready } => Ready,
        PeerEvent.Said { Message: HandoverMessage.Loaded } => Loaded,
        PeerEvent.Said { Message: HandoverMessage.Failed } => Failed,
        PeerEvent.Said { Message: HandoverMessage.Alive } => Alive,
        PeerEvent.Said { Message: HandoverMessage.Unhealthy { HandsBack: true } } => GivesBack,
        PeerEvent.Said { Message: HandoverMessage.Unhealthy } => Unhealthy,
        PeerEvent.Said { Message: HandoverMessage.ConfirmAsked } => ConfirmAsked,
        PeerEvent.Said { Message: HandoverMessage.HandedBack } => HandedBack,
        PeerEvent.Said { Message: HandoverMessage.HandedOn } => HandedOn,
        PeerEvent.Said { Message: HandoverMessage.Stopping } => Stopping,
        PeerEvent.Said { Message: HandoverMessage.Force } => Force,
        PeerEvent.Said { Message: HandoverMessage.Remaining } => Remaining,
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "A successor does not send this."),
    };
}
