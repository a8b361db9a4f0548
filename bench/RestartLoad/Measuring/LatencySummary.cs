namespace RestartLoad.Measuring;

/// <summary>Quantiles of the successful requests' latencies in milliseconds; all zero when <see cref="Count"/> is.</summary>
internal sealed record LatencySummary(long Count, double P50, double P99, double P999, double Max);
