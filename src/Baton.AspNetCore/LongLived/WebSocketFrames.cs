using System.Buffers.Binary;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// Follows the WebSocket frames in a stream of bytes (RFC 6455, section 5.2), however they are cut into pieces: where a frame
/// ends, whether a message goes on after it, and whether a close frame was among them.
/// </summary>
internal sealed class WebSocketFrames
{
    internal const int Close = 0x8;
    private const byte Final = 0x80;
    private const byte OpcodeBits = 0x0f;
    private const byte Masked = 0x80;
    private const byte LengthBits = 0x7f;
    private const int LongLength = 127;
    private const int MediumLength = 126;
    private const int MostHeaderBytes = 14;

    private readonly byte[] _header = new byte[MostHeaderBytes];
    private int _headerBytes;
    private ulong _payloadLeft;
    private bool _inMessage;

    /// <summary>Whether a close frame has begun: nothing may follow it.</summary>
    internal bool HasClose { get; private set; }

    /// <summary>Whether all that has come is whole messages, so that a frame of another kind may follow.</summary>
    internal bool AtMessageEnd => _headerBytes == 0 && _payloadLeft == 0 && !_inMessage;

    /// <summary>Takes the next bytes, all of them or up to the end of a message.</summary>
    /// <param name="bytes">What comes next.</param>
    /// <param name="stopAtMessageEnd">Whether to stop at the first end of a message.</param>
    /// <returns>How many were taken.</returns>
    internal int Take(ReadOnlySpan<byte> bytes, bool stopAtMessageEnd)
    {
        int taken = 0;
        while (taken < bytes.Length)
        {
            if (_payloadLeft > 0)
            {
                int part = (int)Math.Min(_payloadLeft, (ulong)(bytes.Length - taken));
                _payloadLeft -= (ulong)part;
                taken += part;
            }
            else
            {
                _header[_headerBytes++] = bytes[taken++];
                EndHeader();
            }

            if (stopAtMessageEnd && AtMessageEnd)
            {
                break;
            }
        }

        return taken;
    }

    private static int HeaderLength(byte second) =>
        2 + ((second & LengthBits) switch { LongLength => 8, MediumLength => 2, _ => 0 }) + ((second & Masked) != 0 ? 4 : 0);

    private void EndHeader()
    {
        if (_headerBytes < 2 || _headerBytes < HeaderLength(_header[1]))
        {
            return;
        }

        int opcode = _header[0] & OpcodeBits;
        HasClose |= opcode == Close;
        if (opcode < Close)
        {
            // Frames of control may come between those of a message.
            _inMessage = (_header[0] & Final) == 0;
        }

        _payloadLeft = (_header[1] & LengthBits) switch
        {
            LongLength => BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(2)),
            MediumLength => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            int length => (ulong)length,
        };
        _headerBytes = 0;
    }
}
