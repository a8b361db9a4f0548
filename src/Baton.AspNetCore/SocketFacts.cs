using System.Buffers.Binary;
using System.Net.Sockets;

namespace Baton.AspNetCore;

/// <summary>Facts of the kernel about a TCP connection: fields of struct tcp_info of linux/tcp.h.</summary>
internal static class SocketFacts
{
    private const int IpProtoTcp = 6;
    private const int TcpInfo = 11;

    // The offsets of tcpi_rtt and tcpi_bytes_acked.
    private const int RoundTripOffset = 68;
    private const int BytesAckedOffset = 120;

    /// <summary>The measured round trip; zero if unknown.</summary>
    internal static TimeSpan RoundTrip(Socket? socket)
    {
        Span<byte> info = stackalloc byte[RoundTripOffset + sizeof(uint)];
        return TryRead(socket, info)
            ? TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32LittleEndian(info[RoundTripOffset..]))
            : TimeSpan.Zero;
    }

    /// <summary>Whether the peer has received anything. The end of the handshake counts as one byte.</summary>
    internal static bool HasSent(Socket socket)
    {
        Span<byte> info = stackalloc byte[BytesAckedOffset + sizeof(ulong)];
        return TryRead(socket, info) && BinaryPrimitives.ReadUInt64LittleEndian(info[BytesAckedOffset..]) > 1;
    }

    private static bool TryRead(Socket? socket, Span<byte> info)
    {
        if (socket is null || !OperatingSystem.IsLinux() || socket.AddressFamily == AddressFamily.Unix)
        {
            return false;
        }

        try
        {
            return socket.GetRawSocketOption(IpProtoTcp, TcpInfo, info) == info.Length;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is ending by itself.
            return false;
        }
    }
}
