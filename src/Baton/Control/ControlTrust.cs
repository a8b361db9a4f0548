using System.Net.Sockets;
using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Control;

/// <summary>
/// Who may be believed on a control socket: anybody who may write to its directory could put a socket of his own there.
/// </summary>
internal static class ControlTrust
{
    /// <summary>What makes a socket one that a client can't believe; null if it can.</summary>
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
    /// The process at the other end of a connected socket: who connected, or, seen by a client, who called listen(2) first.
    /// </summary>
    internal static Libc.Ucred PeerOf(Socket socket)
    {
        Libc.Ucred peer = default;
        socket.GetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_PEERCRED, MemoryMarshal.AsBytes(new Span<Libc.Ucred>(ref peer)));
        return peer;
    }

    /// <summary>Ourselves and root; and root, who could do everything that is asked anyway, believes everybody.</summary>
    internal static bool Believes(uint own, uint other) => other == own || other == 0 || own == 0;
}
