using System.Net;
using System.Net.Sockets;

namespace Baton.ProcessTests.Http;

/// <summary>A port for what can't be configured with port 0.</summary>
internal static class FreePort
{
    internal static int Next()
    {
        // Dual mode, so that it is free in both families.
        using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        probe.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
