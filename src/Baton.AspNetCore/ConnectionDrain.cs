using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore;

/// <summary>How one connection is ended by the answer to its next request.</summary>
internal static class ConnectionDrain
{
    // linux/tcp.h: IPPROTO_TCP, TCP_INFO, and the offset of tcpi_rtt in struct tcp_info.
    private const int IpProtoTcp = 6;
    private const int TcpInfo = 11;
    private const int RoundTripOffset = 68;

    private static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(500);

    internal static Task EndWithAsync(HttpContext context)
    {
        TrackedConnection connection = context.Features.Get<TrackedConnection>()!;
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            return EndHttp2Async(connection);
        }

        context.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    /// <summary>
    /// The first GOAWAY names no last stream, as a stream is active. Requests that the client sent before it saw that must arrive before the final one, which
    /// goes out with the last active stream: so this one response is held for about a round trip.
    /// </summary>
    private static Task EndHttp2Async(TrackedConnection connection) =>
        connection.AnnounceCloseNow() ? Task.Delay(Hold(RoundTrip(connection.Socket))) : Task.CompletedTask;

    private static TimeSpan Hold(TimeSpan roundTrip)
    {
        TimeSpan hold = (2 * roundTrip) + ShortestHold;
        return hold < LongestHold ? hold : LongestHold;
    }

    private static TimeSpan RoundTrip(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux() || socket.AddressFamily == AddressFamily.Unix)
        {
            return TimeSpan.Zero;
        }

        try
        {
            Span<byte> info = stackalloc byte[RoundTripOffset + sizeof(uint)];
            int length = socket.GetRawSocketOption(IpProtoTcp, TcpInfo, info);
            return length < info.Length ? TimeSpan.Zero : TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32LittleEndian(info[RoundTripOffset..]));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is ending by itself: there is nothing to hold for.
            return TimeSpan.Zero;
        }
    }
}
