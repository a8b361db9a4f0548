using System.Net;

namespace Baton.Interop;

/// <summary>One end of a TCP connection as the kernel has it.</summary>
/// <param name="State">Such as <see cref="Libc.TCP_ESTABLISHED"/>.</param>
/// <param name="User">Whose process made the socket; 0 also where no process has it any more.</param>
/// <param name="Inode">Of the socket; 0 where no process has it any more.</param>
internal readonly record struct TcpEnd(int State, uint User, ulong Inode)
{
    /// <summary>
    /// Whether a process has it, and the two ends have met. An end that only tries to connect proves nothing: its addresses may
    /// be those of a connection that is over.
    /// </summary>
    internal bool IsHeld =>
        Inode != 0 && State is Libc.TCP_ESTABLISHED or Libc.TCP_FIN_WAIT1 or Libc.TCP_FIN_WAIT2 or Libc.TCP_CLOSE_WAIT;

    /// <summary>An IPv4 address as such, whatever kind of socket has it.</summary>
    internal static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
