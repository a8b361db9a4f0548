namespace Baton;

/// <summary>What a judge of a probation has before it.</summary>
public sealed record ProbationFigures
{
    /// <summary>What clients got of the successor since it serves.</summary>
    public required TrafficFigures Successor { get; init; }

    /// <summary>What clients got of this process before, in its last <see cref="ProbationJudgeOptions.Baseline"/>.</summary>
    public required TrafficFigures Predecessor { get; init; }

    /// <summary>How long the successor has served.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>What Baton would decide.</summary>
    public required ProbationJudgement Suggested { get; init; }
}

/// <summary>Decides of a successor on probation; see <see cref="ProbationJudgeOptions.Decide"/>.</summary>
/// <param name="figures">What there is to decide by.</param>
/// <param name="cancellationToken">Cancelled when nobody waits for the judgement any more.</param>
/// <returns>The judgement so far; only <see cref="JudgementKind.Bad"/> ends the probation.</returns>
public delegate ValueTask<ProbationJudgement> ProbationJudge(ProbationFigures figures, CancellationToken cancellationToken);
