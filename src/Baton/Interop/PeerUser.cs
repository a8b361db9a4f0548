using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Baton.Interop;

/// <summary>
/// Finds the user at the other end of a connection from this machine. Only the kernel is asked, and only where it can know.
/// </summary>
internal static class PeerUser
{
    // The inode of the initial user namespace, PROC_USER_INIT_INO. In another namespace users may have other numbers.
    private const string FirstUserNamespace = "user:[4026531837]";

    /// <summary>
    /// The user; null if the kernel does not tell: the peer is gone, is in another network namespace, or this process is in a
    /// user namespace.
    /// </summary>
    internal static uint? Of(Socket socket)
    {
        if (!Platform.HandoverSupported || new FileInfo("/proc/self/ns/user").LinkTarget != FirstUserNamespace)
        {
            return null;
        }

        try
        {
            return socket.AddressFamily == AddressFamily.Unix ? OfUnix(socket)
                : socket is { LocalEndPoint: IPEndPoint local, RemoteEndPoint: IPEndPoint remote } ? OfTcp(socket, local, remote)
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection has ended.
            return null;
        }
    }

    /// <summary>The same, read from /proc.</summary>
    /// <param name="local">Our address.</param>
    /// <param name="remote">The peer's address.</param>
    /// <param name="inode">The inode of our socket.</param>
    internal static uint? Of(IPEndPoint local, IPEndPoint remote, ulong inode)
    {
        TcpEnd? peer = ProcNetTcp.Find(remote, local);
        return UserOf(peer, ProcNetTcp.Find(local, remote) is { } own && own.Inode == inode ? own : null);
    }

    private static uint? OfTcp(Socket socket, IPEndPoint local, IPEndPoint remote)
    {
        ulong cookie = 0;
        socket.GetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_COOKIE, MemoryMarshal.AsBytes(new Span<ulong>(ref cookie)));
        TcpEnd? peer = SockDiag.Find(remote, local, cookie: null);
        return SockDiag.Find(local, remote, cookie) is { } own ? UserOf(peer, own)
            : InodeOf(socket) is { } inode ? Of(local, remote, inode)
            : null;
    }

    // Our own end is looked up last. It still exists, so these addresses belonged to this connection all the time.
    private static uint? UserOf(TcpEnd? peer, TcpEnd? own) =>
        peer is { IsHeld: true } && own is { IsHeld: true } ? peer.Value.User : null;

    private static uint? OfUnix(Socket socket)
    {
        Libc.Ucred peer = default;
        int length = socket.GetRawSocketOption(
            Libc.SOL_SOCKET, Libc.SO_PEERCRED, MemoryMarshal.AsBytes(new Span<Libc.Ucred>(ref peer)));
        return length == Marshal.SizeOf<Libc.Ucred>() && peer.uid != uint.MaxValue ? peer.uid : null;
    }

    // As in /proc/self/fd: socket:[4711].
    private static ulong? InodeOf(Socket socket) =>
        new FileInfo($"/proc/self/fd/{socket.SafeHandle.DangerousGetHandle()}").LinkTarget is { } link
            && link.StartsWith("socket:[", StringComparison.Ordinal)
            && ulong.TryParse(link.AsSpan("socket:[".Length).TrimEnd(']'), out ulong inode) ? inode : null;
}
