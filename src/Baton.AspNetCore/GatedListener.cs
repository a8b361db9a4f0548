using System.Net;
using Baton.AspNetCore.Moving;
using Baton.AspNetCore.WarmingUp;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore;

/// <summary>
/// A listener that accepts only while the gate is open. When the gate closes, the pending accept is cancelled, and begun again
/// when it opens. Kestrel learns that there are no more connections only at the end, or when it unbinds itself.
/// </summary>
/// <param name="endPoint">The address that was asked for.</param>
/// <param name="inner">Null where the address is not available yet. It is asked for again while the gate is open.</param>
/// <param name="later">Asks for the listener again; null if it will never be available.</param>
/// <param name="gate">Decides when to accept.</param>
/// <param name="connections">All open connections.</param>
/// <param name="protocol">Whether its connections reach HTTP.</param>
/// <param name="sideDoor">Lets warm-up connections in; null for none.</param>
internal sealed class GatedListener(
    EndPoint endPoint,
    TransportListener? inner,
    Func<CancellationToken, Task<TransportListener?>> later,
    AcceptGate gate,
    OpenConnections connections,
    EndpointProtocol protocol,
    SideDoor? sideDoor)
    : IConnectionListener
{
    private readonly CancellationTokenSource _unbound = new();
    private readonly ArrivedConnections _arrived = new();

    // Kestrel accepts one connection at a time.
    private SideDoor? _sideDoor = sideDoor;
    private TransportListener? _inner = inner;
    private CancellationToken? _entered;

    /// <summary>Older listeners that get a part of this endpoint's connections; null for none.</summary>
    internal ListenersBeside? Beside { private get; init; }

    /// <summary>The listener's key; null while it is not available.</summary>
    internal string? Key => _inner?.Key;

    /// <summary>Whether a connection can come from another process: Kestrel's HTTP/1.1 must be all that it meets.</summary>
    internal bool TakesMoved => !IsUnbound && protocol.IsPlainHttp1;

    internal bool IsUnbound => _unbound.IsCancellationRequested;

    public EndPoint EndPoint => _inner?.Listener.EndPoint ?? endPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                if (_sideDoor is not null)
                {
                    if (await _sideDoor.NextAsync(_unbound.Token).ConfigureAwait(false) is { } own)
                    {
                        return own;
                    }

                    _sideDoor = null;
                }

                if (Beside is not null)
                {
                    // ListenersBeside watches the gate itself. Null means no more connections.
                    ConnectionContext? next = await Beside.NextAsync(_unbound.Token).ConfigureAwait(false);
                    if (next is null)
                    {
                        await ReleaseAsync().ConfigureAwait(false);
                    }

                    return next;
                }

                if (_arrived.Next(out CancellationToken wait, _unbound.Token) is { } moved)
                {
                    return moved;
                }

                if (await gate.EnterAsync(wait).ConfigureAwait(false) is not { } open)
                {
                    // The end: no accept is pending, so our descriptor of the listener can be closed.
                    await ReleaseAsync().ConfigureAwait(false);
                    return null;
                }

                if (_entered is { } before && before != open)
                {
                    await LeaveLostPathAsync().ConfigureAwait(false);
                }

                _entered = open;

                if ((_inner ??= await ListenAsync(open).ConfigureAwait(false)) is not { } listening)
                {
                    return null;
                }

                return await connections.AcceptAsync(listening, protocol, _arrived.Until(open)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The gate has closed, Kestrel unbinds, or a connection has come from another process.
            }
        }

        return null;
    }

    /// <summary>Lets a connection of another process in, whether the gate is open or not.</summary>
    internal void Enter(ConnectionContext connection, Arrival arrival)
    {
        TrackedConnection tracked = connections.Track(connection, protocol, Key ?? "", arrival);
        if (!(Beside?.Add(tracked) ?? _arrived.Add(tracked)))
        {
            tracked.Abort(new ConnectionAbortedException("The listener is gone."));
            _ = tracked.DisposeAsync().AsTask();
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync().ConfigureAwait(false);
        if (_sideDoor is { } door)
        {
            await door.CloseAsync().ConfigureAwait(false);
        }

        if (_inner is { } listening)
        {
            await listening.Listener.UnbindAsync(cancellationToken).ConfigureAwait(false);
        }

        if (Beside is not null)
        {
            await Beside.UnbindAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        if (_inner is { } listening)
        {
            await listening.Listener.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<TransportListener?> ListenAsync(CancellationToken open)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(open, _unbound.Token);
        return await later(either.Token).ConfigureAwait(false);
    }

    // This process serves again. The file of a unix socket may have been removed, or the rolled-back successor may have bound its
    // own there.
    private async ValueTask LeaveLostPathAsync()
    {
        if (_inner is { Claim.IsReached: false } lost)
        {
            await ReleaseAsync().ConfigureAwait(false);
            await lost.Listener.DisposeAsync().ConfigureAwait(false);
            _inner = null;
        }
    }

    private async ValueTask ReleaseAsync()
    {
        await _arrived.CloseAsync().ConfigureAwait(false);
        if (Beside is not null)
        {
            await Beside.CloseAsync().ConfigureAwait(false);
        }

        if (_inner is { } listening)
        {
            await listening.Listener.UnbindAsync(CancellationToken.None).ConfigureAwait(false);
            listening.Claim.Dispose();
        }
    }
}
