using RestartLoad.Http1;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>
/// Connected, but silent for a while before the request: the service must not take such a connection for an idle one and close
/// it.
/// </summary>
internal sealed class SlowStartExchange(Target target, NumberRange silence) : IExchange
{
    public async Task<int?> RunAsync(Http1Connection connection, CancellationToken cancellation)
    {
        await Task.Delay(silence.PickMilliseconds(), cancellation);
        await connection.SendAsync(RequestHead.Get(target.Authority, "/", close: true), cancellation);
        return await connection.ReceiveAsync(new SomeBody(), TimeSpan.Zero, cancellation);
    }
}
