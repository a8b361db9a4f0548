using System.Text;
using Baton.AspNetCore;
using Baton.AspNetCore.LongLived;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.Tests.AspNetCore.LongLived;

/// <summary>A stream of events ends between two of them, and what the application writes later goes nowhere.</summary>
public sealed class EventStreamTests
{
    private static readonly byte[] s_last = Encoding.ASCII.GetBytes("retry: 5\n\n");

    private readonly MemoryStream _sent = new();
    private readonly EventStreamStream _stream;
    private int _completed;

    public EventStreamTests() => _stream = new EventStreamStream(_sent, () => Task.FromResult(_completed++));

    [Theory]
    [InlineData("")]
    [InlineData("data: 1\n\n")]
    [InlineData("data: 1\r\n\r\n")]
    public async Task End_BetweenTwoEvents_EndsAtOnce(string before)
    {
        await WriteAsync(before);
        await _stream.EndAsync(s_last, Cancel);
        await WriteAsync("data: 2\n\n");
        await _stream.FlushAsync(Cancel);
        await _stream.CompleteAsync();
        Assert.Equal(before + "retry: 5\n\n", Sent);
        Assert.Equal(1, _completed);
    }

    [Fact]
    public async Task End_WithinAnEvent_WaitsForItsEnd()
    {
        await WriteAsync("data: 1\n");
        Task end = _stream.EndAsync(s_last, Cancel);
        await WriteAsync("data: 2\n");
        Assert.Equal((0, false), (_completed, end.IsCompleted));
        await WriteAsync("\n");
        await end;
        Assert.Equal("data: 1\ndata: 2\n\nretry: 5\n\n", Sent);
        Assert.Equal(1, _completed);
    }

    [Fact]
    public async Task End_ApplicationHasEndedIt_AddsNothing()
    {
        await WriteAsync("data: 1\n");
        await _stream.CompleteAsync();
        await _stream.EndAsync(s_last, Cancel);
        Assert.Equal(("data: 1\n", 1), (Sent, _completed));
    }

    [Fact]
    public async Task End_EventThatNeverEnds_IsNotWaitedForBeyondTheLimit()
    {
        await WriteAsync("data: 1\n");
        using var limit = new CancellationTokenSource();
        Task end = _stream.EndAsync(s_last, limit.Token);
        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end);
        Assert.Equal(("data: 1\n", 0), (Sent, _completed));
    }

    // A client may accept events among other things, and get an answer of another kind that takes long.
    [Theory]
    [InlineData("application/json", true, true)]
    [InlineData("text/event-stream", false, true)]
    [InlineData("text/event-stream", true, false)]
    public void EndsByItself_AnswerThatIsNoStreamOfEvents(string type, bool started, bool endsByItself)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Accept = "application/json, text/event-stream";
        context.Features.Set<IHttpResponseFeature>(new FakeResponse(started));
        context.Response.ContentType = type;
        EventStreamRequest request = EventStreamRequest.Of(
            context, new LongLivedRequests(new GracefulRestartOptions(), new RecordingLogger(_ => { }), _ => { }))!;

        Assert.Equal(endsByItself, request.EndsByItself);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Sent => Encoding.ASCII.GetString(_sent.ToArray());

    private ValueTask WriteAsync(string text) => _stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancel);

    private sealed class FakeResponse(bool started) : HttpResponseFeature
    {
        public override bool HasStarted => started;
    }
}
