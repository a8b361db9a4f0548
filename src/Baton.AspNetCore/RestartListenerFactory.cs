using System.Net;
using Baton.AspNetCore.WarmingUp;
using Baton.Listeners;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Baton.AspNetCore;

/// <summary>Kestrel's socket transport, with listeners that can be passed on, told when to accept, and know every open connection.</summary>
internal sealed class RestartListenerFactory(
    Restarter restarter, ListenSockets sockets, OpenConnections connections, SideDoors sideDoors, BoundListeners bound, IOptions<SocketTransportOptions> options,
    IOptions<KestrelServerOptions> kestrel, ILoggerFactory loggerFactory)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _transport = new(options, loggerFactory);

    public bool CanBind(EndPoint endpoint) => endpoint is ActivatedEndPoint || _transport.CanBind(endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        (ClaimedListener claim, IConnectionListener listener) = sockets.Listen(endpoint, _transport);
        bound.Add(listener.EndPoint, claim.IsInherited);
        var protocol = new EndpointProtocol(() => EndpointProtocol.EndsBeforeHttp(kestrel.Value, listener.EndPoint));
        return ValueTask.FromResult<IConnectionListener>(
            new GatedListener(listener, claim, restarter.Gate, connections, protocol, sideDoors.OpenFor(listener, protocol)));
    }
}
