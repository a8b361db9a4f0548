using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Baton.Handover;
using Baton.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>
/// Lets connections of this process into one of its own listeners, past the gate. Until it is shut the listener takes no other
/// connections. It is shut before the gate opens.
/// </summary>
internal sealed class SideDoor(IConnectionListener listener, OpenConnections connections, EndpointProtocol protocol)
{
    private readonly Channel<ConnectionContext> _entered = Channel.CreateUnbounded<ConnectionContext>();

    internal EndPoint EndPoint => listener.EndPoint;

    internal EndpointProtocol Protocol => protocol;

    /// <summary>The next connection; null when the door is shut and all connections were taken.</summary>
    internal async ValueTask<ConnectionContext?> NextAsync(CancellationToken cancel) =>
        await _entered.Reader.WaitToReadAsync(cancel).ConfigureAwait(false) && _entered.Reader.TryRead(out var next)
            ? next
            : null;

    /// <summary>Connects this process to its own server.</summary>
    /// <param name="sockets">Makes a connection of the server's end.</param>
    /// <param name="tls">Whether the endpoint begins with a TLS handshake.</param>
    /// <returns>The client's end, and the connection that the server gets.</returns>
    internal (Stream Client, WarmUpConnection Server) Enter(SocketConnectionContextFactory sockets, bool tls)
    {
        (Descriptor First, Descriptor Second) pair = UnixStream.CreatePair();
        Socket client = ToSocket(pair.First);
        ConnectionContext inner = sockets.Create(ToSocket(pair.Second));
        if (EndPoint is IPEndPoint { AddressFamily: var family })
        {
            // Applications expect an address of this kind.
            inner.LocalEndPoint = EndPoint;
            inner.RemoteEndPoint = new IPEndPoint(
                family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0);
        }

        var server = new WarmUpConnection(inner, connections, protocol, tls);
        connections.Add(server);
        if (!_entered.Writer.TryWrite(server))
        {
            server.Abort(new ConnectionAbortedException("The listener is gone."));
        }

        return (new NetworkStream(client, ownsSocket: true), server);
    }

    internal void Shut() => _entered.Writer.TryComplete();

    /// <summary>The listener is gone. Connections that wait are closed.</summary>
    internal async ValueTask CloseAsync()
    {
        Shut();
        while (_entered.Reader.TryRead(out ConnectionContext? waiting))
        {
            await waiting.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Socket ToSocket(Descriptor descriptor)
    {
        var handle = new SafeSocketHandle(descriptor.Number, ownsHandle: true);
        descriptor.SetHandleAsInvalid();
        return new Socket(handle);
    }
}
