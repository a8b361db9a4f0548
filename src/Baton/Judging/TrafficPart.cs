namespace Baton.Judging;

/// <summary>What clients got of a successor in about a second.</summary>
/// <param name="Figures">The requests that ended in it.</param>
/// <param name="IsWarm">Whether its latencies count.</param>
internal sealed record TrafficPart(TrafficFigures Figures, bool IsWarm);
