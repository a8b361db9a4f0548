using System.Buffers.Binary;
using RestartLoad.Measuring;

namespace RestartLoad.Http2;

/// <summary>The receiving side of a connection: acts on each frame as RFC 9113 asks of a client.</summary>
internal sealed class FrameReceiver(FrameReader reader, OutgoingFrames outgoing, StreamTable streams, SendWindows sendWindows)
{
    private const int ReceiveWindow = 1024 * 1024;
    private const int DefaultWindow = 65535;

    private const ushort HeaderTableSize = 1;
    private const ushort EnablePush = 2;
    private const ushort InitialWindowSize = 4;
    private const int SettingLength = 6;

    private readonly List<byte> _headerBlock = [];
    private FrameFlags _headerFlags;
    private int _unacknowledged;

    /// <summary>What a client says first: no dynamic table, no push, and a window that small answers never fill.</summary>
    public static byte[] Preface { get; } =
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        .. new Frame(FrameType.Settings, FrameFlags.None, 0, Settings()).Serialize(),
        .. Frame.WithNumber(FrameType.WindowUpdate, 0, ReceiveWindow - DefaultWindow).Serialize(),
    ];

    /// <summary>Returns when the peer closed the connection, or when it is drained after GOAWAY.</summary>
    public async Task ReceiveAllAsync(CancellationToken cancellation)
    {
        while (!streams.IsDrained && await reader.ReadAsync(cancellation) is { } frame)
        {
            Receive(frame);
        }
    }

    private void Receive(Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Data:
                ReceiveData(frame);
                break;
            case FrameType.Headers:
                _headerFlags = frame.Flags;
                ReceiveHeaders(frame, HeaderFragment(frame));
                break;
            case FrameType.Continuation:
                ReceiveHeaders(frame, frame.Payload.Span);
                break;
            case FrameType.ResetStream:
                ReceiveReset(frame);
                break;
            case FrameType.Settings when !frame.IsAck:
                ReceiveSettings(frame.Payload.Span);
                outgoing.Enqueue(new Frame(FrameType.Settings, Frame.Ack, 0, default));
                break;
            case FrameType.PushPromise:
                throw new RequestFailedException(Outcome.Malformed, "malformed answer: PUSH_PROMISE although push is off");
            case FrameType.Ping when !frame.IsAck:
                outgoing.Enqueue(frame with { Flags = Frame.Ack });
                break;
            case FrameType.GoAway:
                streams.GoAway(frame.Number() & int.MaxValue, frame.Number(4));
                break;
            case FrameType.WindowUpdate:
                ReceiveWindowUpdate(frame);
                break;
            default:
                break; // Acknowledgements, priorities, and kinds of frames we don't know, which must be ignored.
        }
    }

    private void ReceiveData(Frame frame)
    {
        int length = frame.Payload.Length; // Padding counts in flow control.
        _unacknowledged = Acknowledge(0, _unacknowledged + length);
        if (streams.Find(frame.StreamId) is not { } stream)
        {
            return; // A stream we gave up.
        }

        if (!frame.EndsStream)
        {
            stream.Unacknowledged = Acknowledge(stream.Id, stream.Unacknowledged + length);
        }

        OnStream(stream, () => stream.OnData(WithoutPadding(frame), frame.EndsStream));
    }

    private void ReceiveHeaders(Frame frame, ReadOnlySpan<byte> fragment)
    {
        _headerBlock.AddRange(fragment);
        if ((frame.Flags & FrameFlags.EndHeaders) == 0)
        {
            return;
        }

        List<(string Name, string Value)> fields = HpackDecoder.Decode(_headerBlock.ToArray());
        _headerBlock.Clear();
        if (streams.Find(frame.StreamId) is { } stream)
        {
            OnStream(stream, () => stream.OnHeaders(fields, (_headerFlags & FrameFlags.EndStream) != 0));
        }
    }

    private void ReceiveReset(Frame frame)
    {
        if (streams.Find(frame.StreamId) is { } stream)
        {
            int errorCode = frame.Number();
            Outcome outcome = errorCode == (int)ErrorCode.RefusedStream ? Outcome.RefusedStream : Outcome.CutStream;
            stream.Fail(outcome, $"stream {stream.Id}: RST_STREAM (error {errorCode})");
            streams.Remove(stream);
        }
    }

    private void ReceiveSettings(ReadOnlySpan<byte> settings)
    {
        for (; settings.Length >= SettingLength; settings = settings[SettingLength..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(settings) == InitialWindowSize)
            {
                sendWindows.SetInitial(BinaryPrimitives.ReadInt32BigEndian(settings[2..]));
            }
        }
    }

    private void ReceiveWindowUpdate(Frame frame)
    {
        Http2Stream? stream = frame.StreamId == 0 ? null : streams.Find(frame.StreamId);
        if (frame.StreamId == 0 || stream is not null)
        {
            sendWindows.Widen(stream, frame.Number() & int.MaxValue);
        }
    }

    /// <summary>A wrong answer is its own stream's failure; the connection and its other streams go on.</summary>
    private void OnStream(Http2Stream stream, Action receive)
    {
        try
        {
            receive();
        }
        catch (RequestFailedException failure)
        {
            stream.Fail(failure.Outcome, failure.Message);
        }

        if (stream.Answer.IsCompleted)
        {
            streams.Remove(stream);
        }
    }

    /// <summary>Gives the peer its window back once half of it is used; returns what is left to give back later.</summary>
    private int Acknowledge(int streamId, int received)
    {
        if (received < ReceiveWindow / 2)
        {
            return received;
        }

        outgoing.Enqueue(Frame.WithNumber(FrameType.WindowUpdate, streamId, received));
        return 0;
    }

    private static ReadOnlySpan<byte> HeaderFragment(Frame frame)
    {
        const int PriorityLength = 5;
        ReadOnlySpan<byte> payload = WithoutPadding(frame);
        return (frame.Flags & FrameFlags.Priority) != 0 ? payload[PriorityLength..] : payload;
    }

    private static ReadOnlySpan<byte> WithoutPadding(Frame frame)
    {
        ReadOnlySpan<byte> payload = frame.Payload.Span;
        return (frame.Flags & FrameFlags.Padded) != 0 ? payload[1..^payload[0]] : payload;
    }

    private static byte[] Settings() =>
        [.. Setting(HeaderTableSize, 0), .. Setting(EnablePush, 0), .. Setting(InitialWindowSize, ReceiveWindow)];

    private static byte[] Setting(ushort id, int value)
    {
        byte[] bytes = new byte[SettingLength];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, id);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(2), value);
        return bytes;
    }
}
