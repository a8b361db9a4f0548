using System.Runtime.InteropServices;

namespace Baton.Interop;

// sys/socket.h, sys/un.h, poll.h
internal static unsafe partial class Libc
{
    internal const int AF_UNIX = 1;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_SEQPACKET = 5;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_TYPE = 3;
    internal const int SO_REUSEPORT = 15;
    internal const int SO_PASSCRED = 16;
    internal const int SO_PEERCRED = 17;
    internal const int SO_ACCEPTCONN = 30;
    internal const int SO_DOMAIN = 39;
    internal const int SO_BINDTOIFINDEX = 62;
    internal const int SO_PEERPIDFD = 77;
    internal const int SHUT_WR = 1;
    internal const int SHUT_RDWR = 2;
    internal const int SCM_RIGHTS = 1;
    internal const int SCM_CREDENTIALS = 2;
    internal const int MSG_PEEK = 0x2;
    internal const int MSG_CTRUNC = 0x8;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;

    internal const nuint SIOCINQ = 0x541B;
    internal const nuint SIOCOUTQ = 0x5411;

    internal const short POLLIN = 1;
    internal const short POLLOUT = 4;
    internal const short POLLHUP = 0x10;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Ucred
    {
        internal int pid;
        internal uint uid;
        internal uint gid;
    }

    /// <summary>The path is as long as the structure; only where it begins is declared.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 110)]
    internal struct Sockaddr_un
    {
        [FieldOffset(0)] internal ushort sun_family;
        [FieldOffset(2)] internal byte sun_path;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Iovec
    {
        internal byte* iov_base;
        internal nuint iov_len;
    }

    /// <summary>musl declares 32-bit lengths with padding: the same bytes on a little-endian machine.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Msghdr
    {
        internal void* msg_name;
        internal uint msg_namelen;
        internal Iovec* msg_iov;
        internal nuint msg_iovlen;
        internal void* msg_control;
        internal nuint msg_controllen;
        internal int msg_flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Cmsghdr
    {
        internal nuint cmsg_len;
        internal int cmsg_level;
        internal int cmsg_type;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Pollfd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int socketpair(int domain, int type, int protocol, int* fds);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int bind(int fd, void* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int connect(int fd, void* address, uint length);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int accept4(int fd, void* address, uint* length, int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint send(int fd, void* bytes, nuint count, int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint recv(int fd, void* bytes, nuint count, int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint sendmsg(int fd, Msghdr* message, int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint recvmsg(int fd, Msghdr* message, int flags);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getsockopt(int fd, int level, int name, void* value, uint* length);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int setsockopt(int fd, int level, int name, void* value, uint length);

    /// <summary>ioctl(2) with a pointer.</summary>
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, void* value);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int poll(Pollfd* fds, nuint count, int timeoutMilliseconds);
}
