namespace Baton.AspNetCore.Admin.Page;

/// <summary>States and failures as text.</summary>
internal static class StateText
{
    internal static Html Badge(ProcessState state) => Html.Of($"""<span class="badge {Tone(state)}">{Of(state)}</span>""");

    internal static string Of(ProcessState state) => state switch
    {
        ProcessState.Starting => "Starting",
        ProcessState.OnProbation => "Serving, on probation",
        ProcessState.Serving => "Serving",
        ProcessState.Restarting => "Serving, restarting",
        ProcessState.HandedOver => "Handed over",
        ProcessState.Draining => "Draining",
        ProcessState.ShuttingDown => "Shutting down",
        ProcessState.Exited => "Ended",
        _ => state.ToString(),
    };

    internal static string Of(RestartFailure? failure) => failure switch
    {
        RestartFailure.NotReady => "Refused: the process was not serving yet",
        RestartFailure.InProgress => "Refused: another restart was in progress",
        RestartFailure.AlreadyHandedOver => "Refused: a successor served already",
        RestartFailure.Stopping => "The service was shutting down",
        RestartFailure.NotSupported => "Not possible here",
        RestartFailure.ProgramRefused => "Refused: the program may not be started",
        RestartFailure.CheckFailed => "The program did not pass its check",
        RestartFailure.SpawnFailed => "The program could not be started",
        RestartFailure.SuccessorExited => "The successor ended before it was ready",
        RestartFailure.SuccessorFailed => "The successor could not start",
        RestartFailure.ReadyTimedOut => "The successor was not ready in time",
        RestartFailure.ProtocolError => "The successor broke the protocol",
        RestartFailure.SuccessorDied => "Rolled back: the successor ended on probation",
        RestartFailure.SuccessorUnhealthy => "Rolled back: the successor was unhealthy",
        RestartFailure.SuccessorHung => "Rolled back: the successor hung",
        RestartFailure.RolledBack => "Rolled back by an operator, or not confirmed",
        RestartFailure.JudgedBad => "Rolled back: clients got worse than before",
        RestartFailure.NotOnProbation => "Refused: no restart is on probation",
        RestartFailure.PeerLost => "The other process is gone",
        RestartFailure.PreparationFailed => "This process could not be made ready to hand over",
        _ => "Failed for a reason that a newer version knows",
    };

    private static string Tone(ProcessState state) => state switch
    {
        ProcessState.Serving => "good",
        ProcessState.ShuttingDown or ProcessState.Exited => "bad",
        _ => "busy",
    };
}
