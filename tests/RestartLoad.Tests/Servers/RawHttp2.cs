using System.Buffers.Binary;
using RestartLoad.Http2;

namespace RestartLoad.Tests.Servers;

/// <summary>HTTP/2 frames on a raw connection, as a server sends and receives them.</summary>
internal static class RawHttp2
{
    private const int PrefaceLength = 24;

    public static async Task OpenHttp2Async(this RawConnection connection)
    {
        await connection.ReadExactlyAsync(PrefaceLength);
        await connection.SendFrameAsync(new Frame(FrameType.Settings, FrameFlags.None, 0, default));
    }

    /// <summary>Skips what comes before the next request, and returns its stream.</summary>
    public static async Task<int> ReadHeadersAsync(this RawConnection connection) =>
        (await connection.ReadFrameAsync(FrameType.Headers)).StreamId;

    /// <summary>Skips what comes before the next frame of this type.</summary>
    public static async Task<Frame> ReadFrameAsync(this RawConnection connection, FrameType wanted)
    {
        while (true)
        {
            byte[] header = await connection.ReadExactlyAsync(Frame.HeaderLength);
            int length = (header[0] << 16) | (header[1] << 8) | header[2];
            byte[] payload = await connection.ReadExactlyAsync(length);
            int streamId = (header[7] << 8) | header[8]; // The tests open few streams.
            if (header[3] == (byte)wanted)
            {
                return new Frame(wanted, (FrameFlags)header[4], streamId, payload);
            }
        }
    }

    public static Task SendFrameAsync(this RawConnection connection, Frame frame) => connection.WriteAsync(frame.Serialize());

    /// <summary>The head of a 200 answer, whose body may follow.</summary>
    public static Task SendHeadAsync(this RawConnection connection, int streamId) =>
        connection.SendFrameAsync(new Frame(FrameType.Headers, FrameFlags.EndHeaders, streamId, new byte[] { 0x88 }));

    public static async Task SendAnswerAsync(this RawConnection connection, int streamId)
    {
        await connection.SendHeadAsync(streamId);
        await connection.SendFrameAsync(new Frame(FrameType.Data, FrameFlags.EndStream, streamId, "ok"u8.ToArray()));
    }

    public static Task SendGoAwayAsync(this RawConnection connection, int lastStreamId)
    {
        byte[] payload = new byte[8]; // The last stream's id, and the error code NO_ERROR.
        BinaryPrimitives.WriteInt32BigEndian(payload, lastStreamId);
        return connection.SendFrameAsync(new Frame(FrameType.GoAway, FrameFlags.None, 0, payload));
    }
}
