namespace Baton;

/// <summary>A restart that came about: the successor serves.</summary>
/// <param name="SuccessorPid">Process id of the successor.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Duration">From the request to the moment the successor was told to serve.</param>
public sealed record RestartOutcome(int SuccessorPid, int Generation, TimeSpan Duration);
