using RestartLoad.Http1;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>The head of the request arrives in small pieces, so that a restart finds it half received.</summary>
internal sealed class SlowSendExchange(Target target) : IExchange
{
    private const int PieceLength = 8;

    private static readonly NumberRange Pause = new(5, 40);

    public async Task<int?> RunAsync(Http1Connection connection, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> head = RequestHead.Get(target.Authority, "/", close: true);
        while (!head.IsEmpty)
        {
            int length = Math.Min(PieceLength, head.Length);
            await connection.SendAsync(head[..length], cancellation);
            head = head[length..];
            await Task.Delay(Pause.PickMilliseconds(), cancellation);
        }

        return await connection.ReceiveAsync(new SomeBody(), TimeSpan.Zero, cancellation);
    }
}
