namespace Baton;

/// <summary>What the traffic of a successor on probation says of it.</summary>
public enum JudgementKind
{
    /// <summary>Nothing: there is too little traffic, or nothing to compare it with. The probation goes on without.</summary>
    NotJudged,

    /// <summary>Clients get what they got before, as far as can be told.</summary>
    Good,

    /// <summary>Clients get worse: the predecessor serves again.</summary>
    Bad,
}

/// <summary>What the traffic says, and why.</summary>
/// <param name="Kind">Whether it is good.</param>
/// <param name="Explanation">The reason for people, with the numbers.</param>
public sealed record ProbationJudgement(JudgementKind Kind, string Explanation);
