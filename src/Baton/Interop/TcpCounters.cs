using System.Buffers.Binary;

namespace Baton.Interop;

/// <summary>What the kernel has counted of one TCP connection: struct tcp_info of linux/tcp.h, and tcp(7).</summary>
/// <param name="State">Its state.</param>
/// <param name="Written">Bytes that were written to it, acknowledged or not. The end of the handshake may count as one.</param>
/// <param name="Received">Bytes that have come, read or not.</param>
/// <param name="Unread">Bytes that have come and were not read.</param>
internal readonly record struct TcpCounters(byte State, long Written, long Received, long Unread)
{
    private const int IpProtoTcp = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;
    private const byte Closed = 7;
    private const int MostTries = 100;

    // The offsets of tcpi_bytes_acked and tcpi_bytes_received.
    private const int AcknowledgedOffset = 120;
    private const int ReceivedOffset = 128;
    private const int InfoBytes = ReceivedOffset + sizeof(long);

    /// <summary>Whether neither end has closed.</summary>
    internal bool IsEstablished => State == Established;

    /// <summary>Whether it is no connection any more.</summary>
    internal bool IsClosed => State == Closed;

    /// <summary>Bytes that were read. The end of the peer's stream counts as one in what has come.</summary>
    internal long Read => Received - Unread - (IsEstablished ? 0 : 1);

    /// <summary>The counters; null where this kernel has none, or it is no TCP connection.</summary>
    internal static unsafe TcpCounters? Of(int fd)
    {
        byte* info = stackalloc byte[InfoBytes];
        if (!TryRead(fd, info))
        {
            return null;
        }

        for (int tries = 0; tries < MostTries; tries++)
        {
            (long acknowledged, long received) = (At(info, AcknowledgedOffset), At(info, ReceivedOffset));
            int unread, unacknowledged;
            if (Libc.ioctl(fd, Libc.SIOCINQ, &unread) != 0
                || Libc.ioctl(fd, Libc.SIOCOUTQ, &unacknowledged) != 0
                || !TryRead(fd, info))
            {
                return null;
            }

            // Else something came in between, and the counters are not of one moment.
            if (acknowledged == At(info, AcknowledgedOffset) && received == At(info, ReceivedOffset))
            {
                return new TcpCounters(*info, acknowledged + unacknowledged, received, unread);
            }
        }

        return null;
    }

    private static unsafe bool TryRead(int fd, byte* info)
    {
        uint length = InfoBytes;
        return Libc.getsockopt(fd, IpProtoTcp, TcpInfo, info, &length) == 0 && length == InfoBytes;
    }

    private static unsafe long At(byte* info, int offset) =>
        BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(info + offset, sizeof(long)));
}
