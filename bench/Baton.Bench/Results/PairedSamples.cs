namespace Baton.Bench.Results;

/// <summary>
/// Figures taken in pairs, one right after the other. They are compared pair by pair before the median is taken: what slows the machine
/// for a while slows both halves of a pair.
/// </summary>
internal sealed class PairedSamples
{
    private readonly List<(double Measured, double Baseline)> _pairs = [];

    public void Add(double measured, double baseline) => _pairs.Add((measured, baseline));

    public Measurement Ratio(string metric, string unit, string against, Target? target) =>
        Compare(metric, unit, against, target, "ratio", pair => pair.Measured / pair.Baseline);

    public Measurement Difference(string metric, string unit, string against, Target? target) =>
        Compare(metric, unit, against, target, "difference", pair => pair.Measured - pair.Baseline);

    /// <summary>The measured side by itself, where the target is a time and not a comparison: its median, and what happens seldom.</summary>
    public IReadOnlyList<Measurement> Distribution(string metric, string unit, string against, Target? target)
    {
        double[] measured = [.. _pairs.Select(pair => pair.Measured).Order()];
        return [Row("median", 0.5), Row("p90", 0.9), Row("max", 1)];

        Measurement Row(string kind, double quantile)
        {
            double value = Quantiles.Of(measured, quantile);
            var comparison = new Comparison(kind, value, Quantiles.Of(measured, 0.25), Quantiles.Of(measured, 0.75), _pairs.Count);
            return new Measurement($"{metric}: {kind}", unit, value, against, Median(pair => pair.Baseline), comparison, target);
        }
    }

    private Measurement Compare(
        string metric, string unit, string against, Target? target, string kind, Func<(double Measured, double Baseline), double> compare)
    {
        double[] compared = [.. _pairs.Select(compare).Order()];
        var comparison = new Comparison(kind, Quantiles.Of(compared, 0.5), Quantiles.Of(compared, 0.25), Quantiles.Of(compared, 0.75), _pairs.Count);
        return new Measurement(metric, unit, Median(pair => pair.Measured), against, Median(pair => pair.Baseline), comparison, target);
    }

    private double Median(Func<(double Measured, double Baseline), double> half) => Quantiles.Of([.. _pairs.Select(half).Order()], 0.5);
}
