using RestartLoad.Measuring;
using RestartLoad.Output;
using RestartLoad.Tests.Servers;

namespace RestartLoad.Tests;

/// <summary>Latency counts from when a request was due.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task A_server_that_stalls_once_shows_it_in_every_request_that_was_due_meanwhile()
    {
        const double StallMilliseconds = 500;
        const double TimerStepMilliseconds = 16;
        int requests = 0;
        await using RawServer server = new(async connection =>
        {
            while (await connection.ReadRequestAsync())
            {
                if (Interlocked.Increment(ref requests) == 10)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(StallMilliseconds), connection.Stopped);
                }

                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });

        // One connection, 1000 requests per second: 500 are due during the stall, and half of them wait longer than half of it.
        // A closed loop would have seen a single slow request, which the 99th percentile does not show.
        RunReport report = await (Runs.OfHttp("keepalive=1000x1", server.Url) with { MinRequests = 600 }).RunAsync();

        report.AssertPassed();
        LatencySummary latency = Assert.Single(report.Modes).OutsideRestarts;

        // Timers count in coarser steps than the load client measures: a delay may seem short by one of theirs.
        Assert.True(latency.Max >= StallMilliseconds - TimerStepMilliseconds, $"{latency}");
        Assert.True(latency.P99 >= StallMilliseconds / 2, $"{latency}");
    }

    [Fact]
    public void Requests_are_told_apart_by_whether_they_overlap_a_restart()
    {
        RestartWindows windows = new();
        windows.Open(Seconds(10));
        windows.Close(Seconds(12));
        windows.Open(Seconds(20));

        Assert.Null(windows.Find(Seconds(8), Seconds(9)));
        Assert.Equal(1, windows.Find(Seconds(9), Seconds(10)));
        Assert.Equal(1, windows.Find(Seconds(9), Seconds(15)));
        Assert.Equal(1, windows.Find(Seconds(12), Seconds(13)));
        Assert.Null(windows.Find(Seconds(13), Seconds(19)));
        Assert.Equal(2, windows.Find(Seconds(11), Seconds(20)));
        Assert.Equal(2, windows.Find(Seconds(30), Seconds(31)));
    }

    [Fact]
    public void Quantiles_are_at_most_two_percent_above_the_truth()
    {
        LatencyHistogram histogram = new();
        for (int i = 1; i <= 100_000; i++)
        {
            histogram.Add(TimeSpan.FromMicroseconds(i * 10));
        }

        LatencySummary summary = histogram.Summarize();
        Assert.Equal(100_000, summary.Count);
        Assert.InRange(summary.P50, 500, 510);
        Assert.InRange(summary.P99, 990, 1000);
        Assert.InRange(summary.P999, 999, 1000);
        Assert.Equal(1000, summary.Max);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1_000_000)]
    [InlineData(3_600_000_000)]
    public void A_single_latency_is_its_own_quantile(long microseconds)
    {
        LatencyHistogram histogram = new();
        histogram.Add(TimeSpan.FromMicroseconds(microseconds));

        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), histogram.Quantile(0.5));
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
