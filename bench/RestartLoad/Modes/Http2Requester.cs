using RestartLoad.Http2;
using RestartLoad.Load;
using RestartLoad.Wire;

namespace RestartLoad.Modes;

/// <summary>One of several streams on a shared connection.</summary>
internal sealed class Http2Requester(ConnectionSlot slot, Func<(Http2Request Request, BodyCheck Check)> next) : IRequester
{
    public async Task<int?> RequestAsync(CancellationToken cancellation)
    {
        (Http2Request request, BodyCheck check) = next();
        (Http2Connection connection, Http2Stream stream) = await slot.StartAsync(request, check, cancellation);
        return await connection.FinishAsync(stream, request.Body, cancellation);
    }

    /// <summary>The slot belongs to the mode.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
