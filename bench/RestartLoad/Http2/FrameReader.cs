using System.Buffers.Binary;
using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http2;

/// <summary>Reads frames from one connection.</summary>
internal sealed class FrameReader(Transport transport)
{
    private readonly byte[] _buffer = new byte[4 * (Frame.HeaderLength + Frame.MaxPayloadLength)];
    private int _start;
    private int _end;

    /// <summary>The next frame; null at the end of the connection, if it falls between two frames.</summary>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TryTake() is { } frame)
            {
                return frame;
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start.._end).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            int received = await transport.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (received == 0)
            {
                return _end == 0 ? null : throw new RequestFailedException(Outcome.CutStream, "closed within a frame");
            }

            _end += received;
        }
    }

    private Frame? TryTake()
    {
        ReadOnlyMemory<byte> unread = _buffer.AsMemory(_start.._end);
        if (unread.Length < Frame.HeaderLength)
        {
            return null;
        }

        ReadOnlySpan<byte> header = unread.Span;
        int length = (header[0] << 16) | (header[1] << 8) | header[2];
        if (length > Frame.MaxPayloadLength)
        {
            throw new RequestFailedException(Outcome.Malformed, $"malformed answer: a frame of {length} bytes");
        }

        if (unread.Length < Frame.HeaderLength + length)
        {
            return null;
        }

        _start += Frame.HeaderLength + length;
        int streamId = BinaryPrimitives.ReadInt32BigEndian(header[5..]) & int.MaxValue; // The first bit is reserved.
        return new Frame((FrameType)header[3], (FrameFlags)header[4], streamId, unread.Slice(Frame.HeaderLength, length));
    }
}
