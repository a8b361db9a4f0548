using System.Threading.Channels;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore;

/// <summary>
/// The predecessor's listeners on narrower addresses of the same port. The kernel gives them a part of the endpoint's
/// connections, so this process accepts on them too. When the predecessor is gone, the kernel is told to give them no more; then
/// they are emptied and closed.
/// </summary>
internal sealed class ListenersBeside
{
    // Handshakes may be in progress when a listener is turned away from. Clients send again after a second.
    private static readonly TimeSpan EmptyTime = TimeSpan.FromSeconds(3);

    private readonly AcceptGate _gate;
    private readonly OpenConnections _connections;
    private readonly EndpointProtocol _protocol;
    private readonly Task _sharingOver;
    private readonly CancellationTokenSource _unbound = new();
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();
    private readonly Task _accepting;

    internal ListenersBeside(
        TransportListener own,
        IReadOnlyList<TransportListener> older,
        AcceptGate gate,
        OpenConnections connections,
        EndpointProtocol protocol,
        Task sharingOver)
    {
        (_gate, _connections, _protocol, _sharingOver) = (gate, connections, protocol, sharingOver);
        _accepting = AcceptOnAllAsync(own, older);
    }

    /// <summary>The next connection, of the endpoint's own listener or of an older one; null at the end.</summary>
    internal async ValueTask<ConnectionContext?> NextAsync(CancellationToken cancel) =>
        await _accepted.Reader.WaitToReadAsync(cancel).ConfigureAwait(false) && _accepted.Reader.TryRead(out var next)
            ? next
            : null;

    /// <summary>Adds a connection that came in another way.</summary>
    /// <returns>False if no more are taken.</returns>
    internal bool Add(ConnectionContext connection) => _accepted.Writer.TryWrite(connection);

    /// <summary>Stops accepting.</summary>
    internal async ValueTask UnbindAsync()
    {
        await _unbound.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
    }

    /// <summary>
    /// Closes accepted connections that nobody has taken, as the kernel does with the queue of a closed listener.
    /// </summary>
    internal async ValueTask CloseAsync()
    {
        await UnbindAsync().ConfigureAwait(false);
        while (_accepted.Reader.TryRead(out ConnectionContext? waiting))
        {
            await waiting.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task AcceptOnAllAsync(TransportListener own, IReadOnlyList<TransportListener> older)
    {
        await Task.WhenAll([AcceptUntilAsync(own, Timeout.InfiniteTimeSpan, _unbound.Token), .. older.Select(AcceptOnAsync)])
            .ConfigureAwait(false);
        _accepted.Writer.Complete();
    }

    private async Task AcceptOnAsync(TransportListener older)
    {
        try
        {
            await AcceptWhileSharedAsync(older).ConfigureAwait(false);

            // Not where this process gives back: the predecessor still uses this listener.
            if (_sharingOver.IsCompleted)
            {
                older.Claim.TurnAway();
                await AcceptUntilAsync(older, EmptyTime, _unbound.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await older.Listener.UnbindAsync(CancellationToken.None).ConfigureAwait(false);
            await older.Listener.DisposeAsync().ConfigureAwait(false);
            older.Claim.Dispose();
        }
    }

    private async Task AcceptWhileSharedAsync(TransportListener older)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_unbound.Token);
        Task accepting = AcceptUntilAsync(older, Timeout.InfiniteTimeSpan, over.Token);
        await Task.WhenAny(accepting, _sharingOver).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await accepting.ConfigureAwait(false);
    }

    /// <summary>Accepts until the end, or until no connection came for the given time while the gate was open.</summary>
    private async Task AcceptUntilAsync(TransportListener listener, TimeSpan empty, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                if (await _gate.EnterAsync(end).ConfigureAwait(false) is not { } open)
                {
                    return;
                }

                using var limit = CancellationTokenSource.CreateLinkedTokenSource(open, end);
                limit.CancelAfter(empty);
                try
                {
                    ConnectionContext? connection = await _connections.AcceptAsync(listener, _protocol, limit.Token)
                        .ConfigureAwait(false);
                    if (connection is null)
                    {
                        return;
                    }

                    await _accepted.Writer.WriteAsync(connection, CancellationToken.None).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!open.IsCancellationRequested)
                {
                    // No connection came in time, or the listener is unbound.
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                // The gate has closed.
            }
        }
    }
}
