namespace Baton;

/// <summary>Why a restart did not come about. The first ones refuse it before anything was begun.</summary>
public enum RestartFailure
{
    /// <summary>Refused: this process is not serving yet.</summary>
    NotReady,

    /// <summary>Refused: another restart is in progress.</summary>
    InProgress,

    /// <summary>Refused: a successor serves already, this process only finishes its work.</summary>
    AlreadyHandedOver,

    /// <summary>Refused: this process is shutting down.</summary>
    Stopping,

    /// <summary>Not possible here: this process is the main process of a container, which would end with it; or a check of the program elsewhere than on Linux.</summary>
    NotSupported,

    /// <summary>Refused: the program that was asked for may not be started, see <see cref="RestarterOptions.AllowedProgramDirectories"/>.</summary>
    ProgramRefused,

    /// <summary>The program did not pass its check, see <see cref="RestarterOptions.CheckArguments"/>; nothing was started but the check.</summary>
    CheckFailed,

    /// <summary>The program could not be started: missing, not executable, of another machine, no resources.</summary>
    SpawnFailed,

    /// <summary>The successor ended before it was ready.</summary>
    SuccessorExited,

    /// <summary>The successor said that it can't serve, and why.</summary>
    SuccessorFailed,

    /// <summary>The successor was not ready within <see cref="RestarterOptions.ReadyTimeout"/> and was killed.</summary>
    ReadyTimedOut,

    /// <summary>The peer broke the handover protocol, or speaks no version of it that we do.</summary>
    ProtocolError,

    /// <summary>Rolled back: the successor ended while it was on probation.</summary>
    SuccessorDied,

    /// <summary>Rolled back: the successor said, while it was on probation, that it can't serve.</summary>
    SuccessorUnhealthy,

    /// <summary>Rolled back: the successor made no progress for <see cref="RestarterOptions.HeartbeatTimeout"/> while it was on probation.</summary>
    SuccessorHung,

    /// <summary>The process at the other end of the handover is gone.</summary>
    PeerLost,

    /// <summary>
    /// This process could not do what comes before the commit, such as stopping its exclusive services, or not within the limit of
    /// that; it serves on.
    /// </summary>
    PreparationFailed,
}

/// <summary>What a reason means.</summary>
internal static class RestartFailureCategory
{
    /// <summary>Whether nothing was begun.</summary>
    internal static bool IsRefusal(this RestartFailure failure) => failure is RestartFailure.NotReady
        or RestartFailure.InProgress
        or RestartFailure.AlreadyHandedOver
        or RestartFailure.Stopping
        or RestartFailure.NotSupported
        or RestartFailure.ProgramRefused;
}
