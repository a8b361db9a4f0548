namespace Baton;

/// <summary>A restart that came about.</summary>
/// <param name="SuccessorPid">Process id of the successor.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Strategy">
/// <see cref="RestartStrategy.Handover"/>: the successor serves, and has passed its probation. <see cref="RestartStrategy.Complete"/>: it was started, and no
/// more is known.
/// </param>
/// <param name="Duration">From the request to the moment the successor was told to serve; in a complete restart, to its start.</param>
/// <param name="Phases">What the time went into, in order.</param>
public sealed record RestartOutcome(int SuccessorPid, int Generation, RestartStrategy Strategy, TimeSpan Duration, IReadOnlyList<RestartPhase> Phases);
