namespace Baton;

/// <summary>A snapshot of one process of the service.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Generation">1 for the first process, one more with every restart.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="PredecessorPid">The process it took over from; null for a first generation.</param>
/// <param name="SuccessorPid">The process that it has started or that took over; null if there is none.</param>
/// <param name="Listeners">What it listens on, for example <c>tcp:127.0.0.1:8080</c> or <c>unix:/run/app.sock</c>.</param>
/// <param name="Generations">
/// The living processes of the service as far as this one knows: itself first, then the older ones that still finish their work, with what they wait for.
/// </param>
/// <param name="LastRestarts">Restarts that this process began, the last one first.</param>
public sealed record RestartStatus(
    int Pid,
    int Generation,
    ProcessState State,
    int? PredecessorPid,
    int? SuccessorPid,
    IReadOnlyList<string> Listeners,
    IReadOnlyList<GenerationStatus> Generations,
    IReadOnlyList<RestartRecord> LastRestarts);
