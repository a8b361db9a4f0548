using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Baton.Interop;

/// <summary>
/// Asks the kernel for one TCP socket by its addresses, see sock_diag(7). The cost does not depend on the number of sockets.
/// </summary>
internal static unsafe class SockDiag
{
    private const int AddressWords = 4;

    /// <summary>The socket in our network namespace with these two addresses.</summary>
    /// <param name="local">The socket's own address.</param>
    /// <param name="remote">The peer's address.</param>
    /// <param name="cookie">Its <c>SO_COOKIE</c>; null for any socket with these addresses.</param>
    /// <returns>Null if there is none, or the kernel does not tell: the module is missing, or system calls are
    /// filtered.</returns>
    internal static TcpEnd? Find(IPEndPoint local, IPEndPoint remote, ulong? cookie)
    {
        (local, remote) = (TcpEnd.Plain(local), TcpEnd.Plain(remote));
        if (local.AddressFamily != remote.AddressFamily)
        {
            return null;
        }

        using var netlink = new Descriptor(Libc.socket(
            Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.NETLINK_SOCK_DIAG));
        var kernel = new Libc.Sockaddr_nl { nl_family = Libc.AF_NETLINK };

        // A connected netlink socket receives only from the kernel.
        if (netlink.IsInvalid || Libc.connect(netlink.Number, &kernel, (uint)sizeof(Libc.Sockaddr_nl)) != 0)
        {
            return null;
        }

        Question question = Ask(local, remote, cookie);
        if (Libc.send(netlink.Number, &question, (nuint)sizeof(Question), Libc.MSG_NOSIGNAL) != sizeof(Question))
        {
            return null;
        }

        // The answer arrives before send(2) returns. An error is shorter and has another type.
        byte* buffer = stackalloc byte[4096];
        nint received = Libc.recv(netlink.Number, buffer, 4096, Libc.MSG_DONTWAIT);
        var answer = (Answer*)buffer;
        return received >= sizeof(Answer)
            && answer->Header.nlmsg_type == Libc.SOCK_DIAG_BY_FAMILY
            && Is(answer->Socket, local, remote)
            ? new TcpEnd(answer->Socket.idiag_state, answer->Socket.idiag_uid, answer->Socket.idiag_inode)
            : null;
    }

    private static Question Ask(IPEndPoint local, IPEndPoint remote, ulong? cookie)
    {
        var question = new Question
        {
            Header = new()
            {
                nlmsg_len = (uint)sizeof(Question),
                nlmsg_type = Libc.SOCK_DIAG_BY_FAMILY,
                nlmsg_flags = Libc.NLM_F_REQUEST,
            },
            Request = new()
            {
                sdiag_family = local.AddressFamily == AddressFamily.InterNetwork ? (byte)Libc.AF_INET : (byte)Libc.AF_INET6,
                sdiag_protocol = Libc.IPPROTO_TCP,
                idiag_states = uint.MaxValue,
            },
        };
        ref Libc.Inet_diag_sockid id = ref question.Request.id;
        (id.idiag_sport, id.idiag_dport) = (Network(local.Port), Network(remote.Port));
        fixed (uint* source = id.idiag_src, destination = id.idiag_dst, wanted = id.idiag_cookie)
        {
            local.Address.TryWriteBytes(new Span<byte>(source, AddressWords * sizeof(uint)), out _);
            remote.Address.TryWriteBytes(new Span<byte>(destination, AddressWords * sizeof(uint)), out _);
            (wanted[0], wanted[1]) = cookie is { } number
                ? ((uint)number, (uint)(number >> 32))
                : (Libc.INET_DIAG_NOCOOKIE, Libc.INET_DIAG_NOCOOKIE);
        }

        return question;
    }

    // Without a connected socket the kernel returns a listener.
    private static bool Is(Libc.Inet_diag_msg socket, IPEndPoint local, IPEndPoint remote)
    {
        bool isV4 = socket.idiag_family == Libc.AF_INET;
        return EndPoint(socket.id.idiag_src, socket.id.idiag_sport, isV4).Equals(local)
            && EndPoint(socket.id.idiag_dst, socket.id.idiag_dport, isV4).Equals(remote);
    }

    private static IPEndPoint EndPoint(uint* address, ushort port, bool isV4) =>
        TcpEnd.Plain(new(
            new IPAddress(new ReadOnlySpan<byte>(address, isV4 ? sizeof(uint) : AddressWords * sizeof(uint))), Network(port)));

    private static ushort Network(int port) => BinaryPrimitives.ReverseEndianness((ushort)port);

    [StructLayout(LayoutKind.Sequential)]
    private struct Question
    {
        internal Libc.Nlmsghdr Header;
        internal Libc.Inet_diag_req_v2 Request;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Answer
    {
        internal Libc.Nlmsghdr Header;
        internal Libc.Inet_diag_msg Socket;
    }
}
