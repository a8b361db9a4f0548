using System.Net;
using Baton.AspNetCore.WarmingUp;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Baton.AspNetCore;

/// <summary>
/// Kestrel's socket transport. Its listeners can be passed on and follow the gate, and it tracks every connection.
/// </summary>
internal sealed class RestartListenerFactory(
    Restarter restarter,
    ListenSockets sockets,
    OpenConnections connections,
    SideDoors sideDoors,
    BoundListeners bound,
    IOptions<SocketTransportOptions> options,
    IOptions<KestrelServerOptions> kestrel, ILoggerFactory loggerFactory)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // No event tells when another generation frees an address.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly SocketTransportFactory _transport = new(options, loggerFactory);
    private readonly ILogger _logger = loggerFactory.CreateLogger("Baton.AspNetCore");

    public bool CanBind(EndPoint endpoint) => endpoint is ActivatedEndPoint || _transport.CanBind(endpoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        TransportListener? now = Listen(endpoint);
        if (now is null)
        {
            // Kestrel accepts this listener. The restart in progress decides whether this process ever accepts on it.
            _logger.ListenerPostponed(endpoint.ToString()!, restarter.Parts.Lifecycle.State);
        }

        EndPoint boundTo = now?.Listener.EndPoint ?? endpoint;
        var protocol = new EndpointProtocol(
            () => EndpointProtocol.EndsBeforeHttp(kestrel.Value, boundTo),
            () => EndpointProtocol.FindPlainHttp1(kestrel.Value, boundTo),
            () => EndpointProtocol.FindPlainHttp2(kestrel.Value, boundTo));
        SideDoor? sideDoor = now is { } listening ? sideDoors.OpenFor(listening.Listener, protocol) : null;
        var listener = new GatedListener(
            endpoint,
            now,
            cancel => ListenLaterAsync(endpoint, cancel),
            restarter.Parts.Gate,
            connections,
            protocol,
            sideDoor)
        {
            Beside = Beside(now, protocol),
        };
        connections.Moves?.Add(listener);
        return ValueTask.FromResult<IConnectionListener>(listener);
    }

    private ListenersBeside? Beside(TransportListener? listener, EndpointProtocol protocol) =>
        listener is { Claim.Beside: { Count: > 0 } older }
        ? new ListenersBeside(
            listener,
            [.. older.Select(o => sockets.ListenBeside(o, _transport))],
            restarter.Parts.Gate,
            connections,
            protocol,
            restarter.Sockets.Resources.SharingOver)
        : null;

    private TransportListener? Listen(EndPoint endpoint)
    {
        TransportListener? listener = sockets.Listen(endpoint, _transport);
        if (listener is { } listening)
        {
            bound.Add(listening.Listener.EndPoint, listening.Claim.IsInherited);
        }

        return listener;
    }

    /// <summary>
    /// Asks again for the address of an endpoint that has no listener yet, while this process accepts. Another living generation
    /// may have it.
    /// </summary>
    /// <returns>Null if the address is not available.</returns>
    private async Task<TransportListener?> ListenLaterAsync(EndPoint endpoint, CancellationToken cancel)
    {
        TimeSpan limit = restarter.Parts.Options.HandshakeTimeout;
        long alone = restarter.Parts.Options.TimeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                if (Listen(endpoint) is { } listener)
                {
                    return listener;
                }

                if (restarter.Sockets.Resources.HasKin)
                {
                    alone = restarter.Parts.Options.TimeProvider.GetTimestamp();
                }
            }
            catch (AddressInUseException e) when (restarter.Parts.Options.TimeProvider.GetElapsedTime(alone) >= limit)
            {
                _logger.ListenerGivenUp(endpoint.ToString()!, e.Message, limit);
                return null;
            }
            catch (AddressInUseException)
            {
                // A rolled-back successor has it until it ends.
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or InvalidOperationException)
            {
                _logger.ListenerGivenUp(endpoint.ToString()!, e.Message, TimeSpan.Zero);
                return null;
            }

            await Task.Delay(RetryInterval, cancel).ConfigureAwait(false);
        }
    }
}
