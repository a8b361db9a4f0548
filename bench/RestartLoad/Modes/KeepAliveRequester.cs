using RestartLoad.Http1;
using RestartLoad.Load;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>
/// A pool of one connection. As real pools do it tests the connection before each request and opens another one when it has
/// ended; once a request is on its way, the connection's end is that request's failure.
/// </summary>
internal sealed class KeepAliveRequester(Target target, IExchange exchange) : IRequester
{
    private Http1Connection? _connection;

    public async Task<int?> RequestAsync(CancellationToken cancellation)
    {
        if (_connection is { IsReusable: false })
        {
            await DisposeAsync();
        }

        _connection ??= await Http1Connection.OpenAsync(target, exchange.ReceiveBufferSize, cancellation);
        try
        {
            return await exchange.RunAsync(_connection, cancellation);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
