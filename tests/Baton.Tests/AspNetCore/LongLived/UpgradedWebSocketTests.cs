using System.Net.WebSockets;
using Baton.AspNetCore.LongLived;

namespace Baton.Tests.AspNetCore.LongLived;

/// <summary>A close frame goes between two messages of the application, however it cuts them into writes, and nothing goes after it.</summary>
public sealed class UpgradedWebSocketTests
{
    private static readonly byte[] s_close = [0x88, 4, 0x03, 0xf4, (byte)'o', (byte)'k'];

    private readonly MemoryStream _sent = new();
    private readonly UpgradedWebSocket _stream;

    public UpgradedWebSocketTests() => _stream = new UpgradedWebSocket(_sent);

    public static TheoryData<int> Lengths => [0, 1, 125, 126, 65535, 65536, 70000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task SendClose_WithinAFrame_FollowsIt(int length)
    {
        byte[] frame = Frame(0x82, length);
        for (int cut = 1; cut < Math.Min(frame.Length, 16); cut++)
        {
            var sent = new MemoryStream();
            var stream = new UpgradedWebSocket(sent);
            await stream.WriteAsync(frame.AsMemory(0, cut), Cancel);
            await CloseAsync(stream);
            Assert.Equal(cut, sent.Length);
            await stream.WriteAsync((byte[])[.. frame[cut..], .. frame], Cancel);
            await stream.WriteAsync(frame, Cancel);
            Assert.Equal((byte[])[.. frame, .. s_close], sent.ToArray());
        }
    }

    [Fact]
    public async Task SendClose_NothingUnderWay_IsSentAtOnce()
    {
        await CloseAsync(_stream);
        await CloseAsync(_stream);
        Assert.Equal(s_close, _sent.ToArray());
    }

    // A ping may come between the parts of a message; a close would end it for the peer.
    [Fact]
    public async Task SendClose_WithinAMessageOfSeveralFrames_FollowsTheLast()
    {
        byte[] first = Frame(0x02, 3), ping = Frame(0x89, 2), last = Frame(0x80, 4);
        await _stream.WriteAsync(first, Cancel);
        await CloseAsync(_stream);
        await _stream.WriteAsync(ping, Cancel);
        await _stream.WriteAsync(last, Cancel);
        Assert.Equal((byte[])[.. first, .. ping, .. last, .. s_close], _sent.ToArray());
    }

    [Fact]
    public async Task SendClose_ApplicationHasClosed_SendsNothing()
    {
        byte[] own = Frame(0x88, 2);
        await _stream.WriteAsync(own, Cancel);
        await CloseAsync(_stream);
        Assert.Equal(own, _sent.ToArray());
    }

    [Fact]
    public async Task Write_ConnectionWasAborted_Fails()
    {
        await CloseAsync(_stream);
        _stream.Break();
        await Assert.ThrowsAsync<IOException>(async () => await _stream.WriteAsync(Frame(0x82, 1), Cancel));
    }

    // What people have at the other end reads it as what it is.
    [Fact]
    public async Task SendClose_FrameworksClientReadsIt()
    {
        await CloseAsync(_stream);
        _sent.Position = 0;
        using var client = WebSocket.CreateFromStream(_sent, isServer: false, subProtocol: null, Timeout.InfiniteTimeSpan);
        WebSocketReceiveResult received = await client.ReceiveAsync(new byte[10], Cancel);
        Assert.Equal((1012, "ok"), ((int)received.CloseStatus!, received.CloseStatusDescription));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task CloseAsync(UpgradedWebSocket stream) => stream.SendCloseAsync(1012, "ok", Cancel);

    private static byte[] Frame(byte first, int length)
    {
        byte[] header = length switch
        {
            < 126 => [first, (byte)length],
            < 65536 => [first, 126, (byte)(length >> 8), (byte)length],
            _ => [first, 127, 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
        };
        return [.. header, .. Enumerable.Repeat((byte)0xff, length)];
    }
}
