using RestartLoad.Http1;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>GET, at once and in one piece.</summary>
internal sealed class GetExchange(Target target, Func<string> path, bool close) : IExchange
{
    public async Task<int?> RunAsync(Http1Connection connection, CancellationToken cancellation)
    {
        await connection.SendAsync(RequestHead.Get(target.Authority, path(), close), cancellation);
        return await connection.ReceiveAsync(new SomeBody(), TimeSpan.Zero, cancellation);
    }
}
