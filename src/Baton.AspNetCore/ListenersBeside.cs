using System.Threading.Channels;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore;

/// <summary>
/// Listeners that the predecessor has on a narrower address of the port: the kernel gives them a part of the endpoint's
/// connections. Accepts on them as on the endpoint's own, while the gate is open; when the predecessor is gone the kernel is told
/// to give them nothing more, what is left is accepted, and they are closed.
/// </summary>
internal sealed class ListenersBeside
{
    // For handshakes that are under way when a listener is turned away from: clients send again after a second.
    private static readonly TimeSpan EmptyTime = TimeSpan.FromSeconds(3);

    private readonly AcceptGate _gate;
    private readonly OpenConnections _connections;
    private readonly EndpointProtocol _protocol;
    private readonly Task _sharingOver;
    private readonly CancellationTokenSource _unbound = new();
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>();
    private readonly Task _accepting;

    internal ListenersBeside(
        TransportListener own, IReadOnlyList<TransportListener> older, AcceptGate gate, OpenConnections connections, EndpointProtocol protocol, Task sharingOver)
    {
        (_gate, _connections, _protocol, _sharingOver) = (gate, connections, protocol, sharingOver);
        _accepting = AcceptOnAllAsync(own, older);
    }

    /// <summary>
    /// The next connection of the endpoint's own listener, or of an older one; null when there will be no more.
    /// </summary>
    internal async ValueTask<ConnectionContext?> NextAsync(CancellationToken cancel) =>
        await _accepted.Reader.WaitToReadAsync(cancel).ConfigureAwait(false) && _accepted.Reader.TryRead(out ConnectionContext? next) ? next : null;

    /// <summary>Stops accepting.</summary>
    internal async ValueTask UnbindAsync()
    {
        await _unbound.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
    }

    /// <summary>Closes what was accepted and nobody takes any more, as in the queue of a listener.</summary>
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
        await Task.WhenAll([AcceptUntilAsync(own, Timeout.InfiniteTimeSpan, _unbound.Token), .. older.Select(AcceptOnAsync)]).ConfigureAwait(false);
        _accepted.Writer.Complete();
    }

    private async Task AcceptOnAsync(TransportListener older)
    {
        try
        {
            await AcceptWhileSharedAsync(older).ConfigureAwait(false);

            // Not where this process gives back: the predecessor goes on with this listener.
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

    /// <summary>Accepts until the end, or until nothing has come for so long while the gate was open.</summary>
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
                    if (await _connections.AcceptAsync(listener.Listener, _protocol, limit.Token).ConfigureAwait(false) is not { } connection)
                    {
                        return;
                    }

                    await _accepted.Writer.WriteAsync(connection, CancellationToken.None).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!open.IsCancellationRequested)
                {
                    // Nothing came for so long, or nobody wants it any more.
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
