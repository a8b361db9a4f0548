using System.Globalization;
using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>A unix socket in the file system, remembered by device and inode so that nobody else's is ever removed.</summary>
internal sealed class UnixPath
{
    private readonly string _path;
    private readonly Libc.Statx _identity;

    private UnixPath(string path, Libc.Statx identity) => (_path, _identity) = (path, identity);

    /// <summary>The socket that is at the path now; null if there is none.</summary>
    internal static UnixPath? Identify(string? path) =>
        path is not null && Platform.HandoverSupported && Libc.Stat(path) is { } stat && stat.Is(Libc.S_IFSOCK)
            ? new UnixPath(path, stat)
            : null;

    /// <summary>
    /// The socket that was at the path when it was bound, as another process has told; null if it said nothing that can be read.
    /// </summary>
    internal static UnixPath? Parse(string? path, string identity)
    {
        string[] numbers = identity.Split(':');
        return path is not null && numbers.Length == 3
            && ulong.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode)
            && uint.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint major)
            && uint.TryParse(numbers[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint minor)
                ? new UnixPath(path, new Libc.Statx { stx_ino = inode, stx_dev_major = major, stx_dev_minor = minor })
                : null;
    }

    /// <summary>
    /// For another process: inode and device. The kernel gives the inode to no other file while the socket lives.
    /// </summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{_identity.stx_ino}:{_identity.stx_dev_major}:{_identity.stx_dev_minor}");

    /// <summary>Whether somebody who connects to the path, which may be a link by now, still comes to this socket.</summary>
    internal bool IsReached => Libc.StatFollowed(_path) is { } now && now.Is(Libc.S_IFSOCK) && now.IsSameFile(_identity);

    /// <summary>Removes it if it is still the same socket.</summary>
    internal void Remove()
    {
        if (Libc.Stat(_path) is { } now && now.Is(Libc.S_IFSOCK) && now.IsSameFile(_identity))
        {
            File.Delete(_path);
        }
    }

    /// <summary>
    /// Whether nobody listens at the path any more: a socket is there, left by a process that crashed, and a connection is
    /// refused. A file that is no socket refuses too, and is never ours to remove.
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
}
