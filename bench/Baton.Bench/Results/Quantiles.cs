namespace Baton.Bench.Results;

/// <summary>Quantiles of figures in order.</summary>
internal static class Quantiles
{
    /// <summary>Interpolated between neighbours.</summary>
    public static double Of(double[] ordered, double quantile)
    {
        double at = quantile * (ordered.Length - 1);
        int below = (int)at;
        int above = Math.Min(below + 1, ordered.Length - 1);
        return ordered[below] + ((at - below) * (ordered[above] - ordered[below]));
    }
}
