using System.Buffers.Binary;

namespace RestartLoad.Http2;

internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    EndStream = 0x1, // In SETTINGS and PING the same bit means ACK.
    EndHeaders = 0x4,
    Padded = 0x8,
    Priority = 0x20,
}

internal enum ErrorCode
{
    NoError = 0,
    RefusedStream = 7,
    Cancel = 8,
}

/// <summary>One frame (RFC 9113, section 4.1). A received frame's payload is valid until the next frame is read.</summary>
internal readonly record struct Frame(FrameType Type, FrameFlags Flags, int StreamId, ReadOnlyMemory<byte> Payload)
{
    public const int HeaderLength = 9;

    /// <summary>
    /// Nobody may send larger payloads without the other's leave (SETTINGS_MAX_FRAME_SIZE), and we never ask for it.
    /// </summary>
    public const int MaxPayloadLength = 16384;

    public const FrameFlags Ack = FrameFlags.EndStream;

    public bool IsAck => EndsStream;

    public bool EndsStream => (Flags & FrameFlags.EndStream) != 0;

    public byte[] Serialize()
    {
        byte[] bytes = new byte[HeaderLength + Payload.Length];
        bytes[0] = (byte)(Payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), (ushort)Payload.Length);
        bytes[3] = (byte)Type;
        bytes[4] = (byte)Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), StreamId);
        Payload.Span.CopyTo(bytes.AsSpan(HeaderLength));
        return bytes;
    }

    public static Frame WithNumber(FrameType type, int streamId, int number)
    {
        byte[] payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        return new Frame(type, FrameFlags.None, streamId, payload);
    }

    public int Number(int offset = 0) => BinaryPrimitives.ReadInt32BigEndian(Payload.Span[offset..]);
}
