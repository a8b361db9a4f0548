using System.Net;
using System.Net.Sockets;

namespace Baton.Interop;

/// <summary>A socket could not be bound: which one, the kernel's reason, and what is known beyond that.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="address">Its IP address; null for another kind.</param>
/// <param name="cause">The kernel's reason.</param>
/// <param name="why">What is known beyond that, such as the process that has the address; null for nothing.</param>
internal sealed class BindException(string request, IPEndPoint? address, SocketException cause, string? why)
    : SocketException((int)cause.SocketErrorCode, Text(request, cause, why))
{
    internal IPEndPoint? Address => address;

    /// <summary>Whether the message says who has the address.</summary>
    internal bool NamesHolder => why is not null;

    private static string Text(string request, SocketException cause, string? why) =>
        $"{request}: {cause.Message} (errno {cause.NativeErrorCode}){(why is null ? "" : $": {why}")}";
}
