using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Baton.AspNetCore.Moving;

namespace Baton.Tests.AspNetCore;

/// <summary>When a connection leaves, and with what; the reader is what Kestrel does.</summary>
public sealed class MovableInputTests : IDeparture
{
    private readonly Pipe _transport = new();
    private readonly MovableInput _input;
    private bool _begun;

    public MovableInputTests() => _input = new MovableInput(_transport.Reader, [], this);

    public bool IsWanted { get; set; }

    public bool MayTake { get; set; } = true;

    public long? Seen { get; set; }

    public bool TryTake(long seen)
    {
        Seen = MayTake ? seen : null;
        return MayTake;
    }

    void IDeparture.Begin() => _begun = true;

    [Fact]
    public async Task ReadAsync_NobodyLeaves_PassesAllOn()
    {
        await WriteAsync("GET / HTTP/1.1\r\n\r\nGET");

        Assert.Equal("GET / HTTP/1.1\r\n\r\n", await ReadRequestAsync(_input));
        ValueTask<ReadResult> rest = _input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("GET", Text(await rest));
        Assert.Null(Seen);
    }

    [Fact]
    public async Task TryLeave_KestrelWaitsForTheNextRequest_EndsItsInputAndKeepsWhatComes()
    {
        await WriteAsync("GET / HTTP/1.1\r\n\r\n");
        await ReadRequestAsync(_input);
        Task<ReadResult> waiting = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        Assert.True(_input.TryLeave());
        Assert.True(_begun);
        Assert.Equal(18, Seen);
        await WriteAsync("GET /next");
        await KeptAsync("GET /next");
        Assert.False(waiting.IsCompleted);
        _input.EndStream();

        ReadResult end = await waiting;
        Assert.True(end is { IsCompleted: true, Buffer.IsEmpty: true });
        _input.AdvanceTo(end.Buffer.Start, end.Buffer.End);
        await _input.EndReadAsync();
    }

    [Fact]
    public async Task Read_WantedToLeave_LeavesWithTheNextRequestUnread()
    {
        await WriteAsync("GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
        await ReadRequestAsync(_input);
        IsWanted = true;

        Task<ReadResult> next = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        Assert.True(_begun);
        Assert.Equal(40, Seen);
        Assert.Equal("GET /next HTTP/1.1\r\n\r\n", Encoding.ASCII.GetString(_input.Kept));
        _input.EndStream();
        Assert.True((await next) is { IsCompleted: true, Buffer.IsEmpty: true });
    }

    [Fact]
    public async Task Arrival_WantedToLeave_LeavesWithIt()
    {
        Task<ReadResult> next = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        IsWanted = true;

        await WriteAsync("GET / HTTP/1.1\r\n\r\n");
        await KeptAsync("GET / HTTP/1.1\r\n\r\n");

        _input.EndStream();
        Assert.True((await next) is { IsCompleted: true, Buffer.IsEmpty: true });
    }

    [Fact]
    public async Task TryLeave_HeadIsHalf_Stays()
    {
        await WriteAsync("GET / HT");
        ReadResult half = await _input.ReadAsync(TestContext.Current.CancellationToken);
        _input.AdvanceTo(half.Buffer.Start, half.Buffer.End);
        Task<ReadResult> rest = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        Assert.False(_input.TryLeave());
        await WriteAsync("TP/1.1\r\n\r\n");
        Assert.Equal("GET / HTTP/1.1\r\n\r\n", Text(await rest));
    }

    [Fact]
    public async Task TryLeave_BodyIsNotRead_StaysUntilItIs()
    {
        await WriteAsync("POST / HTTP/1.1\r\n\r\n");
        await ReadRequestAsync(_input);
        _input.RequestEnd += 4;
        Task<ReadResult> body = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(_input.TryLeave());
        await WriteAsync("body");
        ReadResult read = await body;
        _input.AdvanceTo(read.Buffer.End);
        Task<ReadResult> next = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        Assert.True(_input.TryLeave());
        _input.EndStream();
        await next;
    }

    [Fact]
    public async Task TryLeave_EndOfTheBodyIsNotKnown_Stays()
    {
        await WriteAsync("POST / HTTP/1.1\r\n\r\n");
        await ReadRequestAsync(_input);
        _input.RequestEnd = -1;
        _ = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        Assert.False(_input.TryLeave());
    }

    [Fact]
    public async Task TryLeave_KernelHasMoreThanArrived_Stays()
    {
        MayTake = false;
        Task<ReadResult> next = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        Assert.False(_input.TryLeave());
        IsWanted = true;
        await WriteAsync("GET / HTTP/1.1\r\n\r\n");

        Assert.Equal("GET / HTTP/1.1\r\n\r\n", Text(await next));
        Assert.False(_begun);
    }

    [Fact]
    public async Task ReadAsync_ComesWithAHalfRequest_JoinsTheRest()
    {
        var input = new MovableInput(_transport.Reader, "GET / HT"u8.ToArray(), this);
        ReadResult half = await input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("GET / HT", Text(half));
        input.AdvanceTo(half.Buffer.GetPosition(4), half.Buffer.End);
        Task<ReadResult> more = input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(input.TryLeave());
        await WriteAsync("TP/1.1\r\n\r\nGET /next");

        ReadResult joined = await more;
        Assert.Equal("/ HTTP/1.1\r\n\r\nGET /next", Text(joined));
        input.AdvanceTo(joined.Buffer.GetPosition(14));
        Assert.Equal("GET /next", Text(await input.ReadAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(18, input.Consumed);
    }

    [Fact]
    public async Task ReadAsync_ComesWithAWholeRequest_ReadsTheTransportThen()
    {
        var input = new MovableInput(_transport.Reader, "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), this);
        Assert.Equal("GET / HTTP/1.1\r\n\r\n", await ReadRequestAsync(input));
        await WriteAsync("GET /next HTTP/1.1\r\n\r\n");

        Assert.Equal("GET /next HTTP/1.1\r\n\r\n", await ReadRequestAsync(input));
        Assert.Equal(22, input.Seen);
    }

    [Fact]
    public async Task CancelPendingRead_NotLeft_ReachesKestrel()
    {
        Task<ReadResult> waiting = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        _input.CancelPendingRead();

        Assert.True((await waiting).IsCanceled);
    }

    [Fact]
    public async Task Transport_fails_FailsTheRead()
    {
        Task<ReadResult> waiting = _input.ReadAsync(TestContext.Current.CancellationToken).AsTask();

        await _transport.Writer.CompleteAsync(new IOException("reset"));

        await Assert.ThrowsAsync<IOException>(() => waiting);
    }

    private static string Text(ReadResult result) => Encoding.ASCII.GetString(result.Buffer.ToArray());

    // As Kestrel does: consumes to the end of the head, and has examined no more.
    private static async Task<string> ReadRequestAsync(MovableInput input)
    {
        ReadResult read = await input.ReadAsync(TestContext.Current.CancellationToken);
        string text = Text(read);
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        input.AdvanceTo(read.Buffer.GetPosition(end));
        input.RequestEnd = input.Consumed;
        return text[..end];
    }

    private async Task KeptAsync(string expected)
    {
        while (Encoding.ASCII.GetString(_input.Kept) != expected)
        {
            _input.KeepArrived();
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private async Task WriteAsync(string text) => await _transport.Writer.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
}
