using RestartLoad.Http1;

namespace RestartLoad.Modes;

/// <summary>
/// One way to send a request over HTTP/1.1 and to read its answer. Stateless: the same exchange runs on many connections.
/// </summary>
internal interface IExchange
{
    /// <summary>Size of the kernel's receive buffer for connections of this exchange; null: as the kernel likes.</summary>
    int? ReceiveBufferSize => null;

    Task<int?> RunAsync(Http1Connection connection, CancellationToken cancellation);
}
