using System.Net;
using System.Net.Sockets;
using Baton.Resources;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Baton.AspNetCore;

/// <summary>
/// Gives listening sockets of the registry to Kestrel's socket transport. Keeps the application's own way of binding new ones.
/// </summary>
internal sealed class ListenSockets(Restarter restarter) : IPostConfigureOptions<SocketTransportOptions>
{
    private readonly Lock _binding = new();
    private Func<EndPoint, Socket> _bind = SocketTransportOptions.CreateDefaultBoundListenSocket;
    private Socket? _next;

    private SocketRegistry Registry => restarter.Sockets;

    public void PostConfigure(string? name, SocketTransportOptions options)
    {
        _bind = options.CreateBoundListenSocket;

        // Connections wait in this queue while a successor takes over. When it is full the kernel makes TCP clients wait a
        // second, and refuses unix clients.
        options.Backlog = Math.Max(options.Backlog, SocketRegistry.DefaultBacklog);
        options.CreateBoundListenSocket = endPoint => _next ?? _bind(endPoint);
    }

    /// <summary>Claims the listener of an address, and makes the transport listen on it.</summary>
    /// <returns>Null if the address is not available now: this process has handed over, or another generation of the service has
    /// it.</returns>
    /// <exception cref="AddressInUseException">Another process has the address.</exception>
    internal TransportListener? Listen(EndPoint endPoint, SocketTransportFactory transport)
    {
        ResourceKey request = RequestOf(endPoint);
        if (Registry.Resources.BindsNothing)
        {
            return Registry.ClaimUnused(request) is { } kept ? Listen(kept, endPoint, transport) : null;
        }

        // The process that has the address may end during this attempt. Then the address is free, and is tried again.
        bool hadKin = Registry.Resources.HasKin;
        try
        {
            return Listen(Claim(request, endPoint), endPoint, transport);
        }
        catch (RestartException) when (Registry.Resources.BindsNothing)
        {
            // It has given up its listeners just now.
            return null;
        }
        catch (AddressInUseException)
            when ((hadKin || Registry.Resources.HasKin) && restarter.Parts.Lifecycle.State != ProcessState.Starting)
        {
            return null;
        }
    }

    private static ResourceKey RequestOf(EndPoint endPoint) => endPoint switch
    {
        FileHandleEndPoint handle => ResourceKey.OfHandle(handle.FileHandle),
        ActivatedEndPoint activated => new ResourceKey(ResourceKind.Named, activated.Name),
        _ => ResourceKey.Of(endPoint),
    };

    /// <summary>Makes the transport accept on a listener of the predecessor, beside the endpoint's own.</summary>
    internal TransportListener ListenBeside(ClaimedListener older, SocketTransportFactory transport) =>
        Listen(older, older.Socket.LocalEndPoint!, transport);

    // A socket that the application binds itself must set port sharing itself.
    private Socket BindShared(EndPoint endPoint) =>
        _bind == SocketTransportOptions.CreateDefaultBoundListenSocket
            ? ListenerBinding.Bind(endPoint, reusePort: true)
            : _bind(endPoint);

    private TransportListener Listen(ClaimedListener claim, EndPoint endPoint, SocketTransportFactory transport)
    {
        try
        {
            // The transport asks for its socket while it binds, on this thread.
            lock (_binding)
            {
                _next = claim.Socket;
                try
                {
                    ValueTask<IConnectionListener> bound = transport.BindAsync(endPoint);
                    return bound.IsCompletedSuccessfully
                        ? new(claim, bound.Result)
                        : throw new InvalidOperationException("The socket transport no longer binds at once.");
                }
                finally
                {
                    _next = null;
                }
            }
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    private ClaimedListener Claim(ResourceKey request, EndPoint endPoint)
    {
        try
        {
            return Registry.Claim(request, Bind, log: false, () => BindShared(endPoint));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }

        Socket Bind() =>
            endPoint is ActivatedEndPoint gone ? throw Registry.NoneOfThatName(gone.Name) : _bind(endPoint);
    }
}

/// <summary>A listener of Kestrel's socket transport, and the claim on its socket.</summary>
internal sealed record TransportListener(ClaimedListener Claim, IConnectionListener Listener)
{
    /// <summary>The listener's key, as other processes know it.</summary>
    internal string Key { get; } = Claim.Key.ToString();
}
