using System.ComponentModel;

namespace Baton.Interop;

/// <summary>Non-blocking calls on a connected unix stream socket: send(2), recv(2), accept(2).</summary>
internal static unsafe class LocalSocket
{
    /// <summary>Returned by a call that would have to wait.</summary>
    internal const int WouldBlock = 0;

    /// <summary>Returned by a call when the peer is gone.</summary>
    internal const int Gone = -1;

    /// <summary>Two ends, close-on-exec from their first moment.</summary>
    /// <param name="flags">Further socket type flags, such as <see cref="Libc.SOCK_NONBLOCK"/>; zero for ends that both processes
    /// may block on.</param>
    /// <exception cref="Win32Exception">No descriptor is free.</exception>
    internal static (Descriptor First, Descriptor Second) Pair(int flags = 0)
    {
        int* fds = stackalloc int[2];
        return Libc.socketpair(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | flags, 0, fds) == 0
            ? (new Descriptor(fds[0]), new Descriptor(fds[1]))
            : throw new Win32Exception(Libc.Errno, $"Could not create a socket pair: {Libc.Describe(Libc.Errno)}.");
    }

    /// <summary>Takes a connection from a listener that does not block.</summary>
    /// <returns>Null if there is none: another process was faster, or the client is gone.</returns>
    /// <exception cref="Win32Exception">It cannot be taken, for example because no descriptor is free.</exception>
    internal static Descriptor? Accept(int listener)
    {
        int fd = Libc.accept4(listener, null, null, Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK);
        int errno = Libc.Errno;
        return fd >= 0 ? new Descriptor(fd)
            : errno is Libc.EAGAIN or Libc.EINTR or Libc.ECONNABORTED ? null
            : throw new Win32Exception(errno, $"Could not accept a connection: {Libc.Describe(errno)}.");
    }

    /// <summary>
    /// Makes accept(2) on a listener return at once where there is no connection, in every process that shares it.
    /// </summary>
    internal static void SetNonBlocking(int fd) =>
        _ = Libc.fcntl(fd, Libc.F_SETFL, Libc.fcntl(fd, Libc.F_GETFL, 0) | Libc.O_NONBLOCK);

    /// <returns>The number of bytes sent; <see cref="WouldBlock"/> or <see cref="Gone"/>.</returns>
    internal static int Send(Descriptor socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return Result(Libc.send(socket.Number, start, (nuint)bytes.Length, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT));
        }
    }

    /// <returns>The number of bytes received; <see cref="WouldBlock"/>, or <see cref="Gone"/> at the end.</returns>
    internal static int Receive(Descriptor socket, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint n = Libc.recv(socket.Number, start, (nuint)buffer.Length, Libc.MSG_DONTWAIT);
            return n == 0 ? Gone : Result(n);
        }
    }

    /// <summary>Whether the next read finds the end of the stream, or the peer is gone.</summary>
    internal static bool IsAtEnd(Descriptor socket)
    {
        byte next;
        nint n = Libc.recv(socket.Number, &next, 1, Libc.MSG_DONTWAIT | Libc.MSG_PEEK);
        return n == 0 || (n < 0 && Libc.Errno == Libc.ECONNRESET);
    }

    /// <summary>The process that connected, or made the pair (SO_PEERCRED).</summary>
    internal static Libc.Ucred PeerOf(Descriptor socket)
    {
        Libc.Ucred peer = default;
        uint length = (uint)sizeof(Libc.Ucred);
        return Libc.getsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &peer, &length) == 0
            ? peer
            : throw new Win32Exception(Libc.Errno, $"Could not learn who connected: {Libc.Describe(Libc.Errno)}.");
    }

    /// <summary>A pidfd of the same process, also one of another pid namespace (SO_PEERPIDFD, Linux 6.5).</summary>
    /// <returns>Null if the kernel gives none.</returns>
    internal static Descriptor? PidfdOf(Descriptor socket) =>
        Option(socket.Number, Libc.SO_PEERPIDFD) is { } pidfd ? new Descriptor(pidfd) : null;

    /// <summary>Connects to a path without waiting.</summary>
    /// <returns>The connection, or the error: EAGAIN for a full queue, ECONNREFUSED where nobody listens.</returns>
    internal static (Descriptor? Socket, int Errno) Connect(string path)
    {
        byte[] bytes = ByteText.Encode(path);
        var address = new Libc.Sockaddr_un { sun_family = Libc.AF_UNIX };
        byte* start = &address.sun_path;
        if (bytes.Length >= sizeof(Libc.Sockaddr_un) - sizeof(ushort))
        {
            return (null, Libc.ENAMETOOLONG);
        }

        bytes.CopyTo(new Span<byte>(start, bytes.Length));
        int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        if (fd < 0)
        {
            return (null, Libc.Errno);
        }

        var socket = new Descriptor(fd);
        if (Libc.connect(fd, &address, (uint)sizeof(Libc.Sockaddr_un)) == 0)
        {
            return (socket, 0);
        }

        int errno = Libc.Errno;
        socket.Dispose();
        return (null, errno);
    }

    /// <summary>The type of a socket, such as SOCK_STREAM; null for what is no socket.</summary>
    internal static int? TypeOf(int fd) => Option(fd, Libc.SO_TYPE);

    /// <summary>Whether a socket accepts connections (SO_ACCEPTCONN).</summary>
    internal static bool Listens(int fd) => Option(fd, Libc.SO_ACCEPTCONN) == 1;

    /// <summary>Whether the peer has closed its end completely: it neither sends nor reads.</summary>
    internal static bool HasGone(Descriptor socket) => Poller.Wait(socket.Number, events: 0, TimeSpan.Zero);

    private static int? Option(int fd, int name)
    {
        int value = 0;
        uint length = sizeof(int);
        return Libc.getsockopt(fd, Libc.SOL_SOCKET, name, &value, &length) == 0 ? value : null;
    }

    private static int Result(nint n) => n > 0 ? (int)n : Libc.Errno is Libc.EAGAIN or Libc.EINTR ? WouldBlock : Gone;
}
