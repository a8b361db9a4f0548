namespace Baton;

/// <summary>What a hook around an action is told.</summary>
public sealed record RestartHookContext
{
    /// <summary>What is done.</summary>
    public required SignalAction Action { get; init; }

    /// <summary>Who asked.</summary>
    public required RestartTrigger Trigger { get; init; }

    /// <summary>The restart, after it has ended; null before, and for all other actions.</summary>
    public RestartRecord? Restart { get; init; }
}

/// <summary>What a hook after a failed restart is told.</summary>
public sealed record FailedRestartContext
{
    /// <summary>The restart, with its trigger, the successor's pid, the reason and the explanation.</summary>
    public required RestartRecord Restart { get; init; }

    /// <summary>What the requester of the restart gets.</summary>
    public required RestartException Exception { get; init; }
}

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
public sealed record DepartureContext
{
    /// <summary>Why.</summary>
    public required DepartureReason Reason { get; init; }

    /// <summary>The process that serves now; null after a shutdown.</summary>
    public int? SuccessorPid { get; init; }
}
