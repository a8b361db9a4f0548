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

    private Measurement Compare(
        string metric, string unit, string against, Target? target, string kind, Func<(double Measured, double Baseline), double> compare)
    {
        double[] compared = [.. _pairs.Select(compare).Order()];
        var comparison = new Comparison(kind, Quantile(compared, 0.5), Quantile(compared, 0.25), Quantile(compared, 0.75), _pairs.Count);
        return new Measurement(metric, unit, Median(pair => pair.Measured), against, Median(pair => pair.Baseline), comparison, target);
    }

    private double Median(Func<(double Measured, double Baseline), double> half) => Quantile([.. _pairs.Select(half).Order()], 0.5);

    /// <summary>Interpolated between neighbours.</summary>
    private static double Quantile(double[] ordered, double quantile)
    {
        double at = quantile * (ordered.Length - 1);
        int below = (int)at;
        int above = Math.Min(below + 1, ordered.Length - 1);
        return ordered[below] + ((at - below) * (ordered[above] - ordered[below]));
    }
}
