using System.Globalization;
using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>A unix socket in the file system, known by device and inode, so that no other socket is ever removed.</summary>
internal sealed class UnixPath
{
    private readonly string _path;
    private readonly Libc.Statx _identity;

    private UnixPath(string path, Libc.Statx identity) => (_path, _identity) = (path, identity);

    /// <summary>The socket at the path now; null if there is none.</summary>
    internal static UnixPath? Identify(string? path) =>
        path is not null && Platform.HandoverSupported && Libc.Stat(path) is { } stat && stat.Is(Libc.S_IFSOCK)
            ? new UnixPath(path, stat)
            : null;

    /// <summary>
    /// The socket at the path when it was bound, as another process reports it; null if the report cannot be read.
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

    /// <summary>Inode and device, for another process. The kernel does not reuse the inode while the socket lives.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{_identity.stx_ino}:{_identity.stx_dev_major}:{_identity.stx_dev_minor}");

    /// <summary>Whether a connection to the path, which may be a link by now, still reaches this socket.</summary>
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
    /// Whether nobody listens at the path: a crashed process left the socket, and it refuses connections. A file that is no
    /// socket refuses too, and is never removed.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="type">The type of the socket that is to be there. One of another type that lives does not refuse.</param>
    internal static bool IsStale(string path, SocketType type = SocketType.Stream)
    {
        if (Identify(path) is null)
        {
            return false;
        }

        using var probe = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        try
        {
            // A full backlog answers EAGAIN instead of blocking.
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
