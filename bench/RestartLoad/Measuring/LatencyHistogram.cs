using HdrHistogram;

namespace RestartLoad.Measuring;

/// <summary>
/// Counts latencies, in microseconds with three digits: a quantile is at most 0.1 % above the truth. Not thread-safe; its owner
/// holds a lock.
/// </summary>
internal sealed class LatencyHistogram
{
    // More than any request may take.
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(12);

    private readonly LongHistogram _microseconds = new((long)s_longest.TotalMicroseconds, numberOfSignificantValueDigits: 3);

    public long Count => _microseconds.TotalCount;

    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan latency)
    {
        latency = latency < TimeSpan.Zero ? TimeSpan.Zero : latency;
        _microseconds.RecordValue((long)(latency < s_longest ? latency : s_longest).TotalMicroseconds);
        Max = latency > Max ? latency : Max;
    }

    public void Add(LatencyHistogram other)
    {
        _microseconds.Add(other._microseconds);
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>The smallest recorded bound that at least <paramref name="fraction"/> of all latencies do not exceed.</summary>
    public TimeSpan Quantile(double fraction)
    {
        if (Count == 0)
        {
            return TimeSpan.Zero;
        }

        var bound = TimeSpan.FromMicroseconds(_microseconds.GetValueAtPercentile(fraction * 100));
        return bound < Max ? bound : Max;
    }

    public LatencySummary Summarize() => new(
        Count,
        Quantile(0.5).TotalMilliseconds,
        Quantile(0.99).TotalMilliseconds,
        Quantile(0.999).TotalMilliseconds,
        Max.TotalMilliseconds);
}
