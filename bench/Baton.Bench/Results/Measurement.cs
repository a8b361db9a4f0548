namespace Baton.Bench.Results;

/// <summary>What is reported of one metric: medians of both sides, and how they compare.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="Unit">Of <paramref name="Measured"/> and <paramref name="Baseline"/>.</param>
/// <param name="Measured">With Baton.</param>
/// <param name="Against">What the baseline is.</param>
/// <param name="Baseline">The baseline's figure.</param>
/// <param name="Comparison">The figure that counts.</param>
/// <param name="Target">What it must be; null: for information only.</param>
internal sealed record Measurement(
    string Metric, string Unit, double Measured, string Against, double Baseline, Comparison Comparison, Target? Target)
{
    /// <summary>Null where there is no target.</summary>
    public bool? Passed => Target?.IsMetBy(Comparison.Median);
}

/// <summary>Measured and baseline, compared pair by pair.</summary>
/// <param name="Kind"><c>ratio</c>, <c>difference</c>, or the quantile of the measured side alone.</param>
/// <param name="Median">Of all pairs.</param>
/// <param name="LowerQuartile">A quarter of the pairs is below.</param>
/// <param name="UpperQuartile">A quarter of the pairs is above.</param>
/// <param name="Pairs">How many.</param>
internal sealed record Comparison(string Kind, double Median, double LowerQuartile, double UpperQuartile, int Pairs);
