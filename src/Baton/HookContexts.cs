using System.Runtime.InteropServices;

namespace Baton;

/// <summary>What a hook around an action is told.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Trigger">Who asked, as in the log: the name of a signal, or what was given to the API.</param>
/// <param name="Signal">The signal that this process got; null if it was none.</param>
/// <param name="Restart">How a restart has ended; null before it, and for all other actions.</param>
public sealed record ActionContext(SignalAction Action, string Trigger, PosixSignal? Signal, RestartRecord? Restart);

/// <summary>What a hook after a failed restart is told.</summary>
/// <param name="Restart">The restart, with its trigger, the successor's pid, the reason and the explanation.</param>
/// <param name="Failure">What whoever asked for it gets.</param>
public sealed record FailedRestartContext(RestartRecord Restart, RestartException Failure);

/// <summary>Why a process leaves.</summary>
public enum DepartureReason
{
    /// <summary>The service ends, or this process of it by itself.</summary>
    Shutdown,

    /// <summary>A successor serves, or was started in this one's place.</summary>
    HandedOver,

    /// <summary>This process was on probation, and its predecessor serves again.</summary>
    RolledBack,
}

/// <summary>What a hook is told when the process leaves.</summary>
/// <param name="Reason">Why.</param>
/// <param name="SuccessorPid">Who serves now; null after a shutdown.</param>
public sealed record DepartureContext(DepartureReason Reason, int? SuccessorPid);
