using System.Net;
using System.Net.Sockets;
using RestartLoad.Load;
using RestartLoad.Measuring;
using RestartLoad.Output;
using RestartLoad.Tests.Servers;

namespace RestartLoad.Tests;

/// <summary>What a server can do wrong over HTTP/1.1, one wrong at a time.</summary>
public sealed class Http1FailureTests
{
    [Fact]
    public async Task A_refused_connection_counts_as_refused()
    {
        // Bound but not listening: nobody else can take the port meanwhile.
        using Socket reserved = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        RunReport report = await Runs.OfHttp("new=100x1", $"http://{reserved.LocalEndPoint}").RunAsync();

        report.AssertAll(Outcome.Refused);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_an_answer_counts_as_reset()
    {
        await using RawServer server = new(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe begin");
            connection.Reset();
        });

        RunReport report = await Runs.OfHttp("new=100x1", server.Url).RunAsync();

        report.AssertAll(Outcome.Reset);
    }

    [Fact]
    public async Task A_connection_closed_before_the_answer_counts_as_closed_without_answer()
    {
        await using RawServer server = new(static connection => connection.ReadRequestAsync());

        RunReport report = await Runs.OfHttp("new=100x1", server.Url).RunAsync();

        report.AssertAll(Outcome.ClosedWithoutAnswer);
    }

    [Fact]
    public async Task A_connection_closed_while_its_client_is_still_silent_counts_as_closed_without_answer()
    {
        await using RawServer server = new(static connection => connection.CloseInGoodOrderAsync());

        RunReport report = await Runs.OfHttp("slow-start=100x1", server.Url).RunAsync();

        report.AssertAll(Outcome.ClosedWithoutAnswer);
    }

    [Fact]
    public async Task A_kept_connection_closed_after_the_next_request_was_sent_counts_as_closed_without_answer()
    {
        await using RawServer server = new(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            await connection.ReadRequestAsync();
        });

        RunReport report = await (Runs.OfHttp("keepalive=100x1", server.Url) with { MinRequests = 10 }).RunAsync();

        ModeReport mode = Assert.Single(report.Modes);
        Assert.Equal([nameof(Outcome.ClosedWithoutAnswer)], mode.Failures.Keys);
        Assert.InRange(mode.Ok - mode.Failures.Values.Single(), 0, 1); // Every second request is lost.
    }

    [Fact]
    public Task A_response_cut_in_the_middle_counts_as_truncated() =>
        AssertOutcomeAsync(Outcome.Truncated, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe begin");

    [Fact]
    public Task A_head_cut_in_the_middle_counts_as_truncated() =>
        AssertOutcomeAsync(Outcome.Truncated, "HTTP/1.1 200 OK\r\nContent-Le");

    [Fact]
    public Task A_chunked_response_without_its_last_chunk_counts_as_truncated() =>
        AssertOutcomeAsync(Outcome.Truncated, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");

    [Fact]
    public Task A_chunk_cut_in_the_middle_counts_as_truncated() =>
        AssertOutcomeAsync(Outcome.Truncated, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nok");

    [Fact]
    public Task Another_status_than_200_counts_as_wrong_status() =>
        AssertOutcomeAsync(Outcome.WrongStatus, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");

    [Fact]
    public Task An_empty_body_counts_as_wrong_body() =>
        AssertOutcomeAsync(Outcome.WrongBody, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

    [Fact]
    public Task A_download_of_another_content_counts_as_wrong_body() =>
        AssertOutcomeAsync(Outcome.WrongBody, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n0000", "download");

    [Fact]
    public Task A_download_that_is_whole_but_too_short_counts_as_wrong_body() =>
        AssertOutcomeAsync(Outcome.WrongBody, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\0\0\0\0", "download");

    [Fact]
    public Task More_bytes_than_the_length_announces_count_as_malformed() =>
        AssertOutcomeAsync(Outcome.Malformed, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok HTTP/1.1 200 OK\r\n");

    [Fact]
    public Task An_answer_that_is_not_HTTP_counts_as_malformed() =>
        AssertOutcomeAsync(Outcome.Malformed, "220 mail.example\r\n\r\n");

    [Fact]
    public async Task An_echo_of_another_request_counts_as_wrong_body()
    {
        await using RawServer server = new(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nelse");
            await connection.CloseInGoodOrderAsync();
        });
        LoadSettings settings = Runs.OfHttp("upload=50x1", server.Url);

        RunReport report = await (settings with { Workload = new() { UploadLength = new(4, 4) } }).RunAsync();

        report.AssertAll(Outcome.WrongBody);
    }

    [Fact]
    public async Task A_request_without_answer_counts_as_timeout()
    {
        await using RawServer server = new(static connection => Task.Delay(Timeout.Infinite, connection.Stopped));
        LoadSettings settings = Runs.OfHttp("new=100x1", server.Url);

        RunReport report = await (settings with { RequestTimeout = TimeSpan.FromMilliseconds(100) }).RunAsync();

        report.AssertAll(Outcome.Timeout);
    }

    [Fact]
    public async Task An_answer_that_stops_in_the_middle_counts_as_timeout()
    {
        await using RawServer server = new(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nX-Pid: 4711\r\nContent-Length: 100\r\n\r\nthe begin");
            await Task.Delay(Timeout.Infinite, connection.Stopped);
        });
        LoadSettings settings = Runs.OfHttp("new=100x1", server.Url);

        RunReport report = await (settings with { RequestTimeout = TimeSpan.FromMilliseconds(200) }).RunAsync();

        report.AssertAll(Outcome.Timeout);
    }

    [Fact]
    public async Task A_failure_is_reported_with_the_process_that_answered()
    {
        await using RawServer server = Answering("HTTP/1.1 200 OK\r\nX-Pid: 4711\r\nContent-Length: 100\r\n\r\nthe begin");

        RunReport report = await Runs.OfHttp("new=100x1", server.Url).RunAsync();

        FailureSample first = report.FirstFailures[0];
        Assert.Equal(4711, first.Pid);
        Assert.Equal("new", first.Mode);
        Assert.Contains("9 of 100 bytes", first.Detail, StringComparison.Ordinal);
        Assert.Null(first.Restart);
    }

    private static async Task AssertOutcomeAsync(Outcome outcome, string answer, string behaviour = "new")
    {
        await using RawServer server = Answering(answer);

        RunReport report = await Runs.OfHttp($"{behaviour}=100x1", server.Url).RunAsync();

        report.AssertAll(outcome);
    }

    /// <summary>Says this once, and closes.</summary>
    private static RawServer Answering(string answer) => new(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync(answer);
        await connection.CloseInGoodOrderAsync();
    });
}
