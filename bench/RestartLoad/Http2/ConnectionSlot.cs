using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http2;

/// <summary>
/// A place for one connection at a time, shared by several requesters. When the connection takes no more streams the next request
/// opens another one, while the old one finishes what is open on it.
/// </summary>
internal sealed class ConnectionSlot(Target target) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<Http2Connection> _finishing = [];
    private Http2Connection? _current;

    public async Task<(Http2Connection Connection, Http2Stream Stream)> StartAsync(
        Http2Request request, BodyCheck check, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_current?.TryStart(request, check) is { } stream)
            {
                return (_current, stream);
            }

            await RetireCurrentAsync();
            _current = await Http2Connection.OpenAsync(target, cancellation);
            stream = _current.TryStart(request, check)
                ?? throw new RequestFailedException(Outcome.CutStream, "a new connection ended before its first stream");
            return (_current, stream);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RetireCurrentAsync();
        foreach (Http2Connection connection in _finishing)
        {
            await connection.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task RetireCurrentAsync()
    {
        if (_current is { } retired)
        {
            _current = null;
            _finishing.Add(retired);
        }

        foreach (Http2Connection connection in _finishing.FindAll(static connection => connection.HasEnded))
        {
            _finishing.Remove(connection);
            await connection.DisposeAsync();
        }
    }
}
