using System.Net.Sockets;
using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Control;

/// <summary>
/// Decides which control sockets are trusted: whoever can write to the directory could put a fake socket there.
/// </summary>
internal static class ControlTrust
{
    /// <summary>The reason why a socket is not trusted; null if it is.</summary>
    /// <exception cref="ControlException">There is no socket at the path.</exception>
    internal static string? ProblemOf(string path)
    {
        uint own = Libc.geteuid();
        string directory = Libc.RealPath(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/") ?? "";
        if (Libc.Stat(directory) is not { } folder || Libc.Stat(path) is not { } socket || !socket.Is(Libc.S_IFSOCK))
        {
            throw new ControlException(ControlFailure.NotFound, $"There is no socket at {path}.");
        }

        return !Believes(own, folder.stx_uid) ? $"its directory {directory} belongs to user {folder.stx_uid}"
            : !Believes(own, socket.stx_uid) ? $"the socket belongs to user {socket.stx_uid}"
            : null;
    }

    /// <summary>
    /// The peer of a connected socket: the process that connected, or, for a client, the one that first called listen(2).
    /// </summary>
    internal static Libc.Ucred PeerOf(Socket socket)
    {
        Libc.Ucred peer = default;
        socket.GetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_PEERCRED, MemoryMarshal.AsBytes(new Span<Libc.Ucred>(ref peer)));
        return peer;
    }

    /// <summary>Our own user and root are trusted. Root trusts everybody, since it could do everything itself.</summary>
    internal static bool Believes(uint own, uint other) => other == own || other == 0 || own == 0;
}
