using Baton.Judging;

namespace Baton.Tests.Judging;

public class LatencyScaleTests
{
    [Fact]
    public void BucketOf_AnyLatency_EndsAtMostAQuarterLater()
    {
        for (double microseconds = 4; microseconds < 3e9; microseconds *= 1.13)
        {
            var latency = TimeSpan.FromMicroseconds((long)microseconds);
            TimeSpan end = LatencyScale.EndOf(LatencyScale.BucketOf(latency));
            Assert.InRange(end / latency, 1, 1.2501);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    [InlineData(4, 8)]
    [InlineData(1024, 40)]
    [InlineData(long.MaxValue / 100, LatencyScale.Buckets - 1)]
    public void BucketOf_Microseconds_IsThis(long microseconds, int bucket) =>
        Assert.Equal(bucket, LatencyScale.BucketOf(TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond)));

    [Fact]
    public void Percentile_OfNothing_IsZero() => Assert.Equal(TimeSpan.Zero, LatencyScale.Percentile([0, 0], 99));

    [Fact]
    public void Percentile_OneOfAHundredIsSlow_TheNinetyNinthIsNot()
    {
        TrafficFigures figures = Traffic.Figures(Traffic.Of("GET /", requests: 100, milliseconds: 10, slow: 1, slowMilliseconds: 1000));
        Assert.InRange(figures.Percentile(99).TotalMilliseconds, 10, 12.5);
        Assert.InRange(figures.Percentile(100).TotalMilliseconds, 1000, 1250);
    }
}
