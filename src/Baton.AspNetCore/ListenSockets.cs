using System.Net;
using System.Net.Sockets;
using Baton.Listeners;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Baton.AspNetCore;

/// <summary>
/// Gives Kestrel's socket transport its listening sockets from the registry, keeping what the application set for binding new ones.
/// </summary>
internal sealed class ListenSockets(Restarter restarter) : IPostConfigureOptions<SocketTransportOptions>
{
    private readonly Lock _binding = new();
    private Func<EndPoint, Socket> _bind = SocketTransportOptions.CreateDefaultBoundListenSocket;
    private Socket? _next;

    public void PostConfigure(string? name, SocketTransportOptions options)
    {
        _bind = options.CreateBoundListenSocket;

        // Connections wait there while a successor takes over. Beyond it the kernel lets TCP clients wait for a second, and refuses those of unix sockets.
        options.Backlog = Math.Max(options.Backlog, ListenerRegistry.DefaultBacklog);
        options.CreateBoundListenSocket = endPoint => _next ?? _bind(endPoint);
    }

    /// <summary>Claims the listener of an end point and has the transport listen on it.</summary>
    /// <exception cref="AddressInUseException">Another process has the address.</exception>
    internal (ClaimedListener Claim, IConnectionListener Listener) Listen(EndPoint endPoint, SocketTransportFactory transport)
    {
        ClaimedListener claim = Claim(endPoint);
        try
        {
            // The transport asks for its socket while it binds, on this thread.
            lock (_binding)
            {
                _next = claim.Socket;
                try
                {
                    ValueTask<IConnectionListener> bound = transport.BindAsync(endPoint);
                    return (claim, bound.IsCompletedSuccessfully ? bound.Result : throw new InvalidOperationException("The socket transport no longer binds at once."));
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

    private ClaimedListener Claim(EndPoint endPoint)
    {
        string request = endPoint switch
        {
            FileHandleEndPoint handle => ListenerKey.RequestOfHandle(handle.FileHandle),
            ActivatedEndPoint activated => ListenerKey.RequestOfName(activated.Name),
            _ => ListenerKey.RequestOf(endPoint),
        };
        try
        {
            return restarter.Listeners.Claim(request, () => endPoint is ActivatedEndPoint gone ? throw restarter.Listeners.NoneOfThatName(gone.Name) : _bind(endPoint), log: false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(e.Message, e);
        }
    }
}
