using System.Numerics;

namespace RestartLoad.Measuring;

/// <summary>
/// Counts latencies in buckets that grow with the value: exact to the microsecond below 128 µs, then 64 buckets per power of two,
/// so a quantile is at most 1.6 % above the truth. Not thread-safe; its owner holds a lock.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    private const int LargestExponent = 36; // 2^36 µs are 19 hours, more than any request may take.
    private const int BucketCount = (LargestExponent - SubBucketBits + 1) << SubBucketBits;

    private readonly long[] _counts = new long[BucketCount];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan latency)
    {
        if (latency < TimeSpan.Zero)
        {
            latency = TimeSpan.Zero;
        }

        _counts[BucketOf((long)latency.TotalMicroseconds)]++;
        Count++;
        Max = latency > Max ? latency : Max;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>The smallest recorded bound that at least <paramref name="fraction"/> of all latencies do not exceed.</summary>
    public TimeSpan Quantile(double fraction)
    {
        long wanted = Math.Max(1, (long)Math.Ceiling(Count * fraction));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                TimeSpan bound = TimeSpan.FromMicroseconds(UpperBoundOf(i));
                return bound < Max ? bound : Max;
            }
        }

        return Max;
    }

    public LatencySummary Summarize() => new(
        Count,
        Quantile(0.5).TotalMilliseconds,
        Quantile(0.99).TotalMilliseconds,
        Quantile(0.999).TotalMilliseconds,
        Max.TotalMilliseconds);

    private static int BucketOf(long microseconds)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)microseconds | 1) - SubBucketBits);
        long bucket = ((long)shift << SubBucketBits) + (microseconds >> shift);
        return (int)Math.Min(bucket, BucketCount - 1);
    }

    private static long UpperBoundOf(int bucket)
    {
        // The first two groups (below 128) hold one value each; from there a group of 64 buckets covers one power of two.
        int shift = Math.Max(0, (bucket >> SubBucketBits) - 1);
        long lowest = (long)(bucket - (shift << SubBucketBits)) << shift;
        return lowest + (1L << shift) - 1;
    }
}
