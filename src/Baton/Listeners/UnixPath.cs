using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Listeners;

/// <summary>A unix socket in the file system, remembered by device and inode so that nobody else's is ever removed.</summary>
internal sealed class UnixPath
{
    private readonly string _path;
    private readonly Libc.Statx _identity;

    private UnixPath(string path, Libc.Statx identity) => (_path, _identity) = (path, identity);

    /// <summary>The socket that is at the path now; null if there is none.</summary>
    internal static UnixPath? Identify(string? path) =>
        path is not null && Platform.HandoverSupported && Libc.Stat(path) is { } stat && IsSocket(stat) ? new UnixPath(path, stat) : null;

    /// <summary>Removes it if it is still the same socket.</summary>
    internal void Remove()
    {
        if (Libc.Stat(_path) is { } now && IsSocket(now) && Same(now, _identity))
        {
            File.Delete(_path);
        }
    }

    /// <summary>
    /// Whether nobody listens at the path any more: a socket is there, left by a process that crashed, and a connection is refused.
    /// A file that is no socket refuses too, and is never ours to remove.
    /// </summary>
    internal static bool IsStale(string path)
    {
        if (Identify(path) is null)
        {
            return false;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // A living process whose backlog is full would be waited for; so it answers EAGAIN.
            probe.Blocking = false;
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private static bool IsSocket(Libc.Statx stat) => (stat.stx_mode & Libc.S_IFMT) == Libc.S_IFSOCK;

    private static bool Same(Libc.Statx a, Libc.Statx b) =>
        (a.stx_ino, a.stx_dev_major, a.stx_dev_minor) == (b.stx_ino, b.stx_dev_major, b.stx_dev_minor);
}
