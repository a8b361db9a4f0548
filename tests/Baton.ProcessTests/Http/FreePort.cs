using System.Net;
using System.Net.Sockets;

namespace Baton.ProcessTests.Http;

/// <summary>
/// A port for what can't be configured with port 0. Below those that the kernel gives by itself (net.ipv4.ip_local_port_range begins at 32768): one of these could be given to another
/// service of these tests before it is used. No two calls get the same, nor do two projects whose tests run at the same time.
/// </summary>
internal static class FreePort
{
    private const int Count = 6_000;
    private static readonly int s_first = typeof(FreePort).Assembly.GetName().Name == "Baton.ProcessTests" ? 20_000 : 20_000 + Count;
    private static int s_next = Random.Shared.Next(Count);

    internal static int Next()
    {
        while (true)
        {
            int port = s_first + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        // Dual mode, so that it is free in both families.
        using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
