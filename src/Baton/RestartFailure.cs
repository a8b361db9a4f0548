namespace Baton;

/// <summary>Why a restart failed. The first values refuse it before anything was begun.</summary>
public enum RestartFailure
{
    /// <summary>Refused: this process is not serving yet.</summary>
    NotReady,

    /// <summary>Refused: another restart is in progress.</summary>
    InProgress,

    /// <summary>Refused: a successor serves already; this process finishes its work.</summary>
    AlreadyHandedOver,

    /// <summary>Refused: this process is shutting down.</summary>
    Stopping,

    /// <summary>
    /// Not possible here: this process is the main process of a container, which would end with it; or the check of a program on
    /// another system than Linux.
    /// </summary>
    NotSupported,

    /// <summary>
    /// Refused: the program that was asked for may not be started, see <see cref="RestarterOptions.AllowedProgramDirectories"/>.
    /// </summary>
    ProgramRefused,

    /// <summary>
    /// The program did not pass its check, see <see cref="RestarterOptions.CheckArguments"/>. Only the check was started.
    /// </summary>
    CheckFailed,

    /// <summary>The program could not be started: missing, not executable, of another machine, no resources.</summary>
    SpawnFailed,

    /// <summary>The successor ended before it was ready.</summary>
    SuccessorExited,

    /// <summary>The successor reported that it cannot serve, and why.</summary>
    SuccessorFailed,

    /// <summary>The successor was not ready within <see cref="RestarterOptions.ReadyTimeout"/> and was killed.</summary>
    ReadyTimedOut,

    /// <summary>The peer broke the handover protocol, or has no version of it in common.</summary>
    ProtocolError,

    /// <summary>Rolled back: the successor ended on probation.</summary>
    SuccessorDied,

    /// <summary>Rolled back: the successor reported on probation that it cannot serve.</summary>
    SuccessorUnhealthy,

    /// <summary>
    /// Rolled back: the successor made no progress for <see cref="RestarterOptions.HeartbeatTimeout"/> on probation.
    /// </summary>
    SuccessorHung,

    /// <summary>The process at the other end of the handover is gone.</summary>
    PeerLost,

    /// <summary>
    /// A step before the commit failed or exceeded its limit, such as stopping exclusive services; this process serves on.
    /// </summary>
    PreparationFailed,

    /// <summary>Rolled back because somebody asked for it, or because it was not confirmed in time.</summary>
    RolledBack,

    /// <summary>Refused: no restart is on probation, or none waits to be confirmed.</summary>
    NotOnProbation,

    /// <summary>
    /// Rolled back: the successor's requests failed more often than this process's, or took longer; see
    /// <see cref="RestarterOptions.Judge"/>.
    /// </summary>
    JudgedBad,
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
        or RestartFailure.ProgramRefused
        or RestartFailure.NotOnProbation;
}
