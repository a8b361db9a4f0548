using RestartLoad.Http1;
using RestartLoad.Load;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>A connection of its own for each request.</summary>
internal sealed class NewConnectionRequester(Target target, IExchange exchange) : IRequester
{
    public async Task<int?> RequestAsync(CancellationToken cancellation)
    {
        await using Http1Connection connection =
            await Http1Connection.OpenAsync(target, exchange.ReceiveBufferSize, cancellation);
        return await exchange.RunAsync(connection, cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
