namespace Baton;

/// <summary>A restart and what became of it.</summary>
public sealed record RestartRecord
{
    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Who asked for it.</summary>
    public required RestartTrigger Trigger { get; init; }

    /// <summary>The program that was started.</summary>
    public string Program { get; init; } = "";

    /// <summary>The successor's generation.</summary>
    public required int Generation { get; init; }

    /// <summary>The successor's process id; null if none could be started.</summary>
    public int? SuccessorPid { get; init; }

    /// <summary>
    /// How it was done. <see cref="RestartStrategy.Handover"/>: a success says that the successor serves, and has passed its
    /// probation. <see cref="RestartStrategy.Complete"/>: a success says that the successor was started, and no more is known.
    /// Null if an older version of Baton remembered this restart.
    /// </summary>
    public RestartStrategy? Strategy { get; init; }

    /// <summary>Why it failed; null if it succeeded.</summary>
    public RestartFailure? Failure { get; init; }

    /// <summary>Whether it succeeded.</summary>
    public bool Succeeded => Failure is null;

    /// <summary>The failure in words, the successor's own among them; empty if it succeeded.</summary>
    public string Explanation { get; init; } = "";

    /// <summary>
    /// From the request to the end of it: the end of the probation, the start of a complete restart, or the failure.
    /// </summary>
    public TimeSpan Duration { get; init; }

    /// <summary>
    /// From the request to the moment in which the successor was told to serve. Null if that did not happen, in a complete
    /// restart, and if an older version of Baton remembered this restart.
    /// </summary>
    public TimeSpan? ServedAfter { get; init; }

    /// <summary>
    /// From the request to the moment in which the predecessor had finished all that was open there, or it was cut. Null if it
    /// still has something open, died before, or did not hand over. Known to the process in charge.
    /// </summary>
    public TimeSpan? DrainedAfter { get; init; }

    /// <summary>
    /// From the request to the end of the predecessor. Null if it lives, or did not hand over. Known to the process in charge.
    /// </summary>
    public TimeSpan? GoneAfter { get; init; }

    /// <summary>What the time went into, in order.</summary>
    public IReadOnlyList<RestartPhase> Phases { get; init; } = [];
}
