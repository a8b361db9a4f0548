using System.Buffers.Binary;
using System.Text;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// A connection that was upgraded to WebSocket. Into what the application sends a close frame can be put, after the message that
/// is under way; what the application sends after that goes nowhere. So it sees the peer's answer as a close that the peer began.
/// </summary>
internal sealed class UpgradedWebSocket(Stream inner) : WrappedStream(inner)
{
    private const byte FinalClose = 0x88;

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly WebSocketFrames _sent = new();
    private byte[]? _close;
    private bool _closed;
    private volatile bool _broken;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_broken)
            {
                throw new IOException("The WebSocket was closed since this process is to end, and the connection was aborted.");
            }

            while (!_closed && buffer.Length > 0)
            {
                int length = _sent.Take(buffer.Span, stopAtMessageEnd: _close is not null);
                await Inner.WriteAsync(buffer[..length], cancellationToken).ConfigureAwait(false);
                buffer = buffer[length..];
                await SendCloseIfPossibleAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>
    /// Sends a close frame, now or after the message that is under way, unless the application has sent one.
    /// </summary>
    /// <exception cref="OperationCanceledException">The peer takes nothing.</exception>
    internal async Task SendCloseAsync(int status, string reason, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _close = Frame(status, reason);
            await SendCloseIfPossibleAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The connection is aborted: an application that only sends is to notice.</summary>
    internal void Break() => _broken = true;

    // At most 125 bytes of payload, as every frame of control.
    private static byte[] Frame(int status, string reason)
    {
        byte[] text = Encoding.UTF8.GetBytes(reason);
        byte[] frame = [FinalClose, (byte)(2 + text.Length), 0, 0, .. text];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)status);
        return frame;
    }

    private async ValueTask SendCloseIfPossibleAsync(CancellationToken cancellationToken)
    {
        if (_close is { } frame && !_closed && !_sent.HasClose && _sent.AtMessageEnd)
        {
            _closed = true;
            await Inner.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await Inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A request that became a <see cref="UpgradedWebSocket"/>.</summary>
internal sealed class WebSocketRequest(UpgradedWebSocket stream, Action abort) : LongLivedRequest
{
    internal override string Kind => "websocket";

    internal override async Task CloseAsync(LongLivedClose close)
    {
        using var limit = new CancellationTokenSource(close.Limit, close.Time);
        try
        {
            await stream.SendCloseAsync(close.Status, close.Reason, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The peer takes nothing, or is gone: the connection is aborted below, or has ended.
        }

        if (!await HasEndedAsync(close.Limit, close.Time).ConfigureAwait(false))
        {
            stream.Break();
            abort();
        }
    }
}
