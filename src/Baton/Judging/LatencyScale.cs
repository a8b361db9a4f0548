using System.Numerics;

namespace Baton.Judging;

/// <summary>
/// The buckets of latencies: four for each power of two of microseconds, so that a bucket's ends differ by a fifth. The last one
/// begins at about an hour.
/// </summary>
internal static class LatencyScale
{
    internal const int Buckets = 128;

    // Of a power of two, as bits.
    private const int Bits = 2;
    private const int Parts = 1 << Bits;

    internal static int BucketOf(TimeSpan latency)
    {
        ulong time = (ulong)Math.Max(1, latency.Ticks / TimeSpan.TicksPerMicrosecond);
        int power = BitOperations.Log2(time);
        int part = (int)((power >= Bits ? time >> (power - Bits) : time << (Bits - power)) & (Parts - 1));
        return Math.Min((power << Bits) | part, Buckets - 1);
    }

    /// <summary>The end of a bucket.</summary>
    internal static TimeSpan EndOf(int bucket) =>
        TimeSpan.FromMicroseconds(Math.Pow(2, bucket >> Bits) * (1 + (((bucket & (Parts - 1)) + 1) / (double)Parts)));

    /// <summary>The time within which the given share of all latencies is; zero where there are none.</summary>
    internal static TimeSpan Percentile(IReadOnlyList<long> counts, double percent)
    {
        double rank = counts.Sum() * percent / 100;
        long seen = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            seen += counts[i];
            if (seen > 0 && seen >= rank)
            {
                return EndOf(i);
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>How many are in later buckets than the given one.</summary>
    internal static long Beyond(IReadOnlyList<long> counts, int bucket)
    {
        long beyond = 0;
        for (int i = bucket + 1; i < counts.Count; i++)
        {
            beyond += counts[i];
        }

        return beyond;
    }
}
