namespace Baton;

/// <summary>A part of a restart.</summary>
public sealed record RestartPhase
{
    /// <summary>
    /// What was done, for people: <c>hooks</c>, <c>check</c>, <c>spawn</c> (until the successor spoke), then what the successor
    /// reported, then <c>commit</c> and <c>probation</c>; in a complete restart <c>drain</c> and <c>spawn</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Which of the phases that Baton knows it is.</summary>
    public RestartPhaseKind Kind { get; init; }

    /// <summary>The last that was reported of it, such as a health report; empty for nothing.</summary>
    public string Detail { get; init; } = "";

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    internal string Words => Detail.Length == 0 ? Name : $"{Name}: {Detail}";
}
