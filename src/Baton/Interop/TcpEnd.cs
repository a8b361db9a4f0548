using System.Net;

namespace Baton.Interop;

/// <summary>One end of a TCP connection, as the kernel reports it.</summary>
/// <param name="State">The state, such as <see cref="Libc.TCP_ESTABLISHED"/>.</param>
/// <param name="User">The user whose process made the socket; 0 also if no process holds it any more.</param>
/// <param name="Inode">The inode of the socket; 0 if no process holds it any more.</param>
internal readonly record struct TcpEnd(int State, uint User, ulong Inode)
{
    /// <summary>
    /// Whether a process holds it and the connection was established. An end that still connects proves nothing: its addresses
    /// may be those of an old connection.
    /// </summary>
    internal bool IsHeld =>
        Inode != 0 && State is Libc.TCP_ESTABLISHED or Libc.TCP_FIN_WAIT1 or Libc.TCP_FIN_WAIT2 or Libc.TCP_CLOSE_WAIT;

    /// <summary>The IPv4 address itself, for any kind of socket.</summary>
    internal static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
