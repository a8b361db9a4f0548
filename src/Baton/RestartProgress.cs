namespace Baton;

/// <summary>A restart that is under way, from its beginning to the end of the probation.</summary>
public sealed record RestartProgress
{
    /// <summary>Who asked for it.</summary>
    public required RestartTrigger Trigger { get; init; }

    /// <summary>Since the request.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The present phase, with its duration so far; null if nothing was begun yet.</summary>
    public RestartPhase? Current { get; init; }

    /// <summary>The phases that are over, in order.</summary>
    public IReadOnlyList<RestartPhase> Phases { get; init; } = [];
}
