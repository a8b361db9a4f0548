using RestartLoad.Http2;
using RestartLoad.Load;
using RestartLoad.Measuring;
using RestartLoad.Output;
using RestartLoad.Tests.Servers;

namespace RestartLoad.Tests;

/// <summary>What a server can do wrong over HTTP/2, one wrong at a time.</summary>
public sealed class Http2FailureTests
{
    [Fact]
    public Task A_stream_reset_with_REFUSED_STREAM_counts_as_refused_stream() =>
        AssertOutcomeAsync(Outcome.RefusedStream, static (connection, stream) =>
            connection.SendFrameAsync(Frame.WithNumber(FrameType.ResetStream, stream, (int)ErrorCode.RefusedStream)));

    [Fact]
    public Task A_stream_reset_for_another_reason_counts_as_cut_stream() =>
        AssertOutcomeAsync(Outcome.CutStream, static (connection, stream) =>
            connection.SendFrameAsync(Frame.WithNumber(FrameType.ResetStream, stream, (int)ErrorCode.Cancel)));

    [Fact]
    public Task A_stream_above_the_last_stream_id_of_GOAWAY_counts_as_refused_stream() =>
        AssertOutcomeAsync(Outcome.RefusedStream, static (connection, stream) => connection.SendGoAwayAsync(stream - 1));

    [Fact]
    public Task A_connection_closed_in_the_middle_of_a_stream_counts_as_cut_stream() =>
        AssertOutcomeAsync(Outcome.CutStream, static async (connection, stream) =>
        {
            await connection.SendHeadAsync(stream);
            await connection.CloseInGoodOrderAsync();
        });

    [Fact]
    public Task A_connection_closed_after_GOAWAY_but_before_the_answer_counts_as_cut_stream() =>
        AssertOutcomeAsync(Outcome.CutStream, static async (connection, stream) =>
        {
            await connection.SendGoAwayAsync(stream);
            await connection.CloseInGoodOrderAsync();
        });

    [Fact]
    public Task A_connection_reset_in_the_middle_of_a_stream_counts_as_cut_stream() =>
        AssertOutcomeAsync(Outcome.CutStream, static (connection, _) =>
        {
            connection.Reset();
            return Task.CompletedTask;
        });

    [Fact]
    public Task A_stream_that_ends_before_its_content_length_counts_as_truncated() =>
        AssertOutcomeAsync(Outcome.Truncated, static async (connection, stream) =>
        {
            byte[] head = [0x88, 0x0f, 0x0d, 0x03, .. "100"u8]; // :status 200, content-length 100
            await connection.SendFrameAsync(new Frame(FrameType.Headers, FrameFlags.EndHeaders, stream, head));
            await connection.SendFrameAsync(new Frame(FrameType.Data, FrameFlags.EndStream, stream, "short"u8.ToArray()));
        });

    [Fact]
    public Task Another_status_than_200_over_HTTP2_counts_as_wrong_status() =>
        AssertOutcomeAsync(Outcome.WrongStatus, static (connection, stream) => connection.SendFrameAsync(new Frame(
            FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, stream, new byte[] { 0x8e }))); // :status 500

    [Fact]
    public Task An_empty_body_over_HTTP2_counts_as_wrong_body() =>
        AssertOutcomeAsync(Outcome.WrongBody, static (connection, stream) => connection.SendFrameAsync(new Frame(
            FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, stream, new byte[] { 0x88 })));

    [Fact]
    public async Task A_stream_without_answer_counts_as_timeout()
    {
        await using RawServer server = Http2Server(static (_, _) => Task.CompletedTask);
        LoadSettings settings = Runs.OfH2c("h2c-get=100x1", server.Url);

        RunReport report = await (settings with { RequestTimeout = TimeSpan.FromMilliseconds(100) }).RunAsync();

        report.AssertAll(Outcome.Timeout);
    }

    [Fact]
    public async Task One_failing_stream_leaves_the_others_of_its_connection_alone()
    {
        await using RawServer server = Http2Server(static (connection, stream) => stream % 4 == 1
            ? connection.SendAnswerAsync(stream)
            : connection.SendFrameAsync(Frame.WithNumber(FrameType.ResetStream, stream, (int)ErrorCode.RefusedStream)));

        RunReport report = await (Runs.OfH2c("h2c-get=100x4", server.Url) with { MinRequests = 20 }).RunAsync();

        ModeReport mode = Assert.Single(report.Modes);
        Assert.Equal([nameof(Outcome.RefusedStream)], mode.Failures.Keys);
        Assert.InRange(mode.Ok - mode.Failures.Values.Single(), -1, 1); // Every second stream is refused.
    }

    private static async Task AssertOutcomeAsync(Outcome outcome, Func<RawConnection, int, Task> onRequest)
    {
        await using RawServer server = Http2Server(onRequest);

        RunReport report = await Runs.OfH2c("h2c-get=100x1", server.Url).RunAsync();

        report.AssertAll(outcome);
    }

    private static RawServer Http2Server(Func<RawConnection, int, Task> onRequest) => new(async connection =>
    {
        await connection.OpenHttp2Async();
        while (true)
        {
            await onRequest(connection, await connection.ReadHeadersAsync());
        }
    });
}
