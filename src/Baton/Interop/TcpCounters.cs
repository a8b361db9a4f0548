using System.Buffers.Binary;

namespace Baton.Interop;

/// <summary>What the kernel has counted of one TCP connection: fields of struct tcp_info of linux/tcp.h.</summary>
/// <param name="State">Its state.</param>
/// <param name="Acknowledged">Bytes that the peer has acknowledged. The end of the handshake may count as one.</param>
/// <param name="Received">Bytes that have come, read or not.</param>
/// <param name="Unread">Bytes that have come and were not read.</param>
internal readonly record struct TcpCounters(byte State, long Acknowledged, long Received, long Unread)
{
    private const int IpProtoTcp = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;
    private const byte Closed = 7;

    // The offsets of tcpi_bytes_acked and tcpi_bytes_received.
    private const int AcknowledgedOffset = 120;
    private const int ReceivedOffset = 128;
    private const int InfoBytes = ReceivedOffset + sizeof(long);
    private const int MostUnread = 1 << 20;

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

        while (true)
        {
            long received = At(info, ReceivedOffset);

            // Tells the length and copies nothing (tcp(7)).
            nint unread = Libc.recv(fd, null, MostUnread, Libc.MSG_PEEK | Libc.MSG_TRUNC | Libc.MSG_DONTWAIT);
            if (!TryRead(fd, info))
            {
                return null;
            }

            if (received == At(info, ReceivedOffset))
            {
                return new TcpCounters(*info, At(info, AcknowledgedOffset), received, Math.Max(0, unread));
            }
        }
    }

    private static unsafe bool TryRead(int fd, byte* info)
    {
        uint length = InfoBytes;
        return Libc.getsockopt(fd, IpProtoTcp, TcpInfo, info, &length) == 0 && length == InfoBytes;
    }

    private static unsafe long At(byte* info, int offset) =>
        BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(info + offset, sizeof(long)));
}
