using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore.Moving;

/// <summary>
/// Connections of another process that wait for a listener of this one. They come first: the arrival of one ends the listener's
/// wait for others. One thread takes, any thread adds.
/// </summary>
internal sealed class ArrivedConnections
{
    private readonly Lock _lock = new();
    private readonly Queue<ConnectionContext> _waiting = new();

    // Cancelled by an arrival, then made anew. Kept from accept to accept, which allocates nothing by that.
    private CancellationTokenSource? _wait;
    private CancellationTokenSource? _accept;
    private CancellationToken _open;
    private bool _closed;

    /// <summary>The next one.</summary>
    /// <param name="wait">If there is none: for waits that an arrival is to end.</param>
    /// <param name="unbound">Ends these waits too.</param>
    internal ConnectionContext? Next(out CancellationToken wait, CancellationToken unbound)
    {
        lock (_lock)
        {
            _wait ??= CancellationTokenSource.CreateLinkedTokenSource(unbound);
            wait = _wait.Token;
            return _waiting.TryDequeue(out ConnectionContext? next) ? next : null;
        }
    }

    /// <summary>The same wait, ended with the given one too. Call after <see cref="Next"/>.</summary>
    internal CancellationToken Until(CancellationToken open)
    {
        lock (_lock)
        {
            if (_wait is null)
            {
                // One has arrived since.
                return new CancellationToken(canceled: true);
            }

            if (_accept is null || _open != open)
            {
                _accept?.Dispose();
                (_accept, _open) = (CancellationTokenSource.CreateLinkedTokenSource(open, _wait.Token), open);
            }

            return _accept.Token;
        }
    }

    /// <returns>False if the listener takes no more.</returns>
    internal bool Add(ConnectionContext connection)
    {
        CancellationTokenSource? wait, accept;
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _waiting.Enqueue(connection);
            (wait, accept, _wait, _accept) = (_wait, _accept, null, null);
        }

        if (wait is not null)
        {
            _ = EndWaitAsync(wait, accept);
        }

        return true;
    }

    // The listener goes on where it was cancelled, which is not the arrival's thread.
    private static async Task EndWaitAsync(CancellationTokenSource wait, CancellationTokenSource? accept)
    {
        await wait.CancelAsync().ConfigureAwait(false);
        accept?.Dispose();
        wait.Dispose();
    }

    /// <summary>Closes those that nobody has taken.</summary>
    internal async ValueTask CloseAsync()
    {
        ConnectionContext[] left;
        lock (_lock)
        {
            _closed = true;
            left = [.. _waiting];
            _waiting.Clear();
        }

        foreach (ConnectionContext connection in left)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
