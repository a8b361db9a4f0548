using System.Runtime.InteropServices;

namespace Baton.Interop;

// linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h, netinet/in.h, netinet/tcp.h
internal static unsafe partial class Libc
{
    internal const int AF_INET = 2;
    internal const int AF_INET6 = 10;
    internal const int AF_NETLINK = 16;
    internal const int SOCK_RAW = 3;
    internal const int SO_COOKIE = 57;
    internal const int IPPROTO_TCP = 6;
    internal const int NETLINK_SOCK_DIAG = 4;
    internal const int NLM_F_REQUEST = 1;
    internal const int SOCK_DIAG_BY_FAMILY = 20;
    internal const uint INET_DIAG_NOCOOKIE = uint.MaxValue;
    internal const int TCP_ESTABLISHED = 1;
    internal const int TCP_FIN_WAIT1 = 4;
    internal const int TCP_FIN_WAIT2 = 5;
    internal const int TCP_CLOSE_WAIT = 8;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Sockaddr_nl
    {
        internal ushort nl_family;
        internal ushort nl_pad;
        internal uint nl_pid;
        internal uint nl_groups;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Nlmsghdr
    {
        internal uint nlmsg_len;
        internal ushort nlmsg_type;
        internal ushort nlmsg_flags;
        internal uint nlmsg_seq;
        internal uint nlmsg_pid;
    }

    /// <summary>Ports and addresses in network byte order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Inet_diag_sockid
    {
        internal ushort idiag_sport;
        internal ushort idiag_dport;
        internal fixed uint idiag_src[4];
        internal fixed uint idiag_dst[4];
        internal uint idiag_if;
        internal fixed uint idiag_cookie[2];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Inet_diag_req_v2
    {
        internal byte sdiag_family;
        internal byte sdiag_protocol;
        internal byte idiag_ext;
        internal byte pad;
        internal uint idiag_states;
        internal Inet_diag_sockid id;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Inet_diag_msg
    {
        internal byte idiag_family;
        internal byte idiag_state;
        internal byte idiag_timer;
        internal byte idiag_retrans;
        internal Inet_diag_sockid id;
        internal uint idiag_expires;
        internal uint idiag_rqueue;
        internal uint idiag_wqueue;
        internal uint idiag_uid;
        internal uint idiag_inode;
    }
}
