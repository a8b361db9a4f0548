using System.Net;
using Baton.AspNetCore.WarmingUp;
using Baton.Lifecycle;
using Baton.Listeners;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore;

/// <summary>
/// A listener that accepts only while the gate is open. When it closes, the wait for a connection is cancelled, and taken up again if it
/// opens; only when it has ended, or Kestrel itself unbinds, does Kestrel hear that there will be no more connections.
/// </summary>
internal sealed class GatedListener(
    IConnectionListener inner, ClaimedListener claim, AcceptGate gate, OpenConnections connections, EndpointProtocol protocol, SideDoor? sideDoor) : IConnectionListener
{
    private readonly CancellationTokenSource _unbound = new();

    // Kestrel accepts one connection at a time.
    private SideDoor? _sideDoor = sideDoor;

    public EndPoint EndPoint => inner.EndPoint;

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

                if (await gate.EnterAsync(_unbound.Token).ConfigureAwait(false) is not { } open)
                {
                    // For good: nothing is pending any more, so our descriptor of the listener can go.
                    await ReleaseAsync().ConfigureAwait(false);
                    return null;
                }

                return await connections.AcceptAsync(inner, protocol, open).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The gate has closed, or Kestrel unbinds.
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync().ConfigureAwait(false);
        if (_sideDoor is { } door)
        {
            await door.CloseAsync().ConfigureAwait(false);
        }

        await inner.UnbindAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync().ConfigureAwait(false);
        await inner.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask ReleaseAsync()
    {
        await inner.UnbindAsync(CancellationToken.None).ConfigureAwait(false);
        claim.Dispose();
    }
}
