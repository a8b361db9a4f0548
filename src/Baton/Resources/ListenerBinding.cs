using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>Binds sockets that were not inherited.</summary>
internal static class ListenerBinding
{
    /// <param name="endPoint">The address.</param>
    /// <param name="reusePort">Whether another listener of this user may bind the same port, with the same option.</param>
    /// <param name="type">The type of the socket.</param>
    /// <param name="before">Sets the application's options before the bind; null for none.</param>
    internal static Socket Bind(
        EndPoint endPoint, bool reusePort = false, SocketType type = SocketType.Stream, Action<Socket>? before = null)
    {
        ProtocolType protocol = endPoint is not IPEndPoint ? ProtocolType.Unspecified
            : type == SocketType.Dgram ? ProtocolType.Udp
            : ProtocolType.Tcp;
        var socket = new Socket(endPoint.AddressFamily, type, protocol);
        try
        {
            if (endPoint is IPEndPoint ip && ip.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            if (reusePort)
            {
                ReusePort.Set((int)socket.Handle, on: true);
            }

            before?.Invoke(socket);
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Binds, and waits for an address that a departing predecessor still has. Once it is gone, or the limit has passed, the last
    /// result counts.
    /// </summary>
    internal static Socket BindAfter(DepartingPredecessor? predecessor, Func<Socket> bind)
    {
        bool mayLeave = predecessor is not null;
        while (true)
        {
            try
            {
                return bind();
            }
            catch (SocketException e) when (mayLeave && e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                mayLeave = predecessor!.WaitABit();
            }
        }
    }

    /// <summary>Binds, and takes over a unix socket path that a crashed process left behind.</summary>
    internal static Socket BindReplacingStale(ResourceKey request, Func<Socket> bind, ILogger logger)
    {
        try
        {
            return bind();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && StalePath(request) is not null)
        {
            string path = StalePath(request)!;
            File.Delete(path);
            logger.StalePathTakenOver(path);
            return bind();
        }
    }

    private static string? StalePath(ResourceKey request) =>
        request.Path is { } path && UnixPath.IsStale(path, request.Policy.Type) ? path : null;
}
