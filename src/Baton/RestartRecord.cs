namespace Baton;

/// <summary>A restart, however it ended.</summary>
/// <param name="AskedAt">When.</param>
/// <param name="Trigger">By whom.</param>
/// <param name="Program">What was started.</param>
/// <param name="Generation">The successor's generation.</param>
/// <param name="SuccessorPid">The successor; null if none could be started.</param>
/// <param name="Failure">Why it did not come about; null if it did, or is still under way.</param>
/// <param name="Explanation">The same in words, the successor's own among them; empty if it came about.</param>
/// <param name="Duration">From the request to the end of it: the end of the probation, or the failure.</param>
/// <param name="Phases">What the time went into, in order.</param>
public sealed record RestartRecord(
    DateTimeOffset AskedAt,
    string Trigger,
    string Program,
    int Generation,
    int? SuccessorPid,
    RestartFailure? Failure,
    string Explanation,
    TimeSpan Duration,
    IReadOnlyList<RestartPhase> Phases)
{
    /// <summary>
    /// When the predecessor had finished all that was open there, or it was cut: so long after <see cref="AskedAt"/>. Null if it still has something open, has died
    /// before, or did not hand over; known to the process in charge.
    /// </summary>
    public TimeSpan? Drained { get; init; }

    /// <summary>When the predecessor had ended: so long after <see cref="AskedAt"/>. Null if it lives, or did not hand over; known to the process in charge.</summary>
    public TimeSpan? Gone { get; init; }
}
