using RestartLoad.Http2;
using RestartLoad.Load;
using RestartLoad.Modes;
using RestartLoad.Output;
using RestartLoad.Tests.Servers;
using RestartLoad.Wire;

namespace RestartLoad.Tests;

/// <summary>A strict client must not cry wolf: a server that does everything right has no failures.</summary>
public sealed class GoodServerTests
{
    public static TheoryData<string> Modes => [.. ModeCatalog.Names];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_good_server_has_no_failures_in(string mode)
    {
        await using GoodServer server = await GoodServer.StartAsync();
        LoadSettings settings = Runs.Of($"{mode}=200x4", server.Endpoints) with
        {
            MinRequests = 20,
            Workload = new Workload { Silence = new(1, 50), Sleep = new(1, 50), DownloadLength = 300_000 },
        };

        RunReport report = await settings.RunAsync();

        report.AssertPassed();
    }

    [Fact]
    public async Task A_closed_loop_makes_requests_without_pause()
    {
        await using GoodServer server = await GoodServer.StartAsync();

        RunReport report = await (Runs.Of("keepalive=0x2", server.Endpoints) with { MinRequests = 500 }).RunAsync();

        report.AssertPassed();
    }

    [Fact]
    public async Task A_thousand_connections_are_kept_at_a_time()
    {
        const int Connections = 1000;
        int open = 0;
        TaskCompletionSource allOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RawServer server = new(async connection =>
        {
            if (Interlocked.Increment(ref open) == Connections)
            {
                allOpen.SetResult();
            }

            while (await connection.ReadRequestAsync())
            {
                // Nobody is answered before everybody is connected.
                await allOpen.Task.WaitAsync(connection.Stopped);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });

        RunReport report =
            await (Runs.OfHttp($"keepalive=1000x{Connections}", server.Url) with { MinRequests = Connections }).RunAsync();

        report.AssertPassed();
    }

    [Fact]
    public async Task An_announced_close_makes_the_next_request_use_a_new_connection()
    {
        await using RawServer server = new(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            await connection.CloseInGoodOrderAsync();
        });

        RunReport report = await Runs.OfHttp("keepalive=100x1", server.Url).RunAsync();

        report.AssertPassed();
    }

    [Fact]
    public async Task A_connection_that_ended_while_idle_is_not_used_again()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RawServer server = new(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nX-Pid: 4711\r\nContent-Length: 2\r\n\r\nok");
            connection.Dispose();
            ended.TrySetResult();
        });
        Target target = Target.Parse(server.Url, "http");
        await using KeepAliveRequester requester = new(target, new GetExchange(target, static () => "/", close: false));
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        await requester.RequestAsync(cancellation);
        await ended.Task.WaitAsync(cancellation);

        Assert.Equal(4711, await requester.RequestAsync(cancellation));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok")]
    public async Task Every_framing_of_a_whole_answer_is_understood(string answer)
    {
        await using RawServer server = new(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(answer);
            await connection.CloseInGoodOrderAsync();
        });

        RunReport report = await Runs.OfHttp("new=100x1", server.Url).RunAsync();

        report.AssertPassed();
    }

    [Fact]
    public async Task A_graceful_two_step_GOAWAY_costs_no_stream()
    {
        await using RawServer server = new(static async connection =>
        {
            await connection.OpenHttp2Async();
            await connection.SendAnswerAsync(await connection.ReadHeadersAsync());
            int last = await connection.ReadHeadersAsync();
            await connection.SendGoAwayAsync(int.MaxValue);
            await connection.SendGoAwayAsync(last);
            await connection.SendAnswerAsync(last);
            await connection.CloseInGoodOrderAsync();
        });

        RunReport report = await (Runs.OfH2c("h2c-get=100x1", server.Url) with { MinRequests = 10 }).RunAsync();

        report.AssertPassed();
    }

    [Fact]
    public async Task A_connection_is_closed_as_soon_as_it_is_drained_after_GOAWAY()
    {
        TaskCompletionSource closedByClient = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RawServer server = new(async connection =>
        {
            await connection.OpenHttp2Async();
            int last = await connection.ReadHeadersAsync();
            await connection.SendGoAwayAsync(last);
            await connection.SendAnswerAsync(last);
            await connection.WaitForCloseAsync();
            closedByClient.TrySetResult();
        });
        Target target = Target.Parse(server.Url, "http");
        await using ConnectionSlot slot = new(target);
        await using Http2Requester requester = new(slot, () => (Http2Request.Get(target), new SomeBody()));
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        await requester.RequestAsync(cancellation);

        await closedByClient.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellation);
    }
}
