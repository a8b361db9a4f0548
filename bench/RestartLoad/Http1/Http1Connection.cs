using System.Net.Security;
using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http1;

/// <summary>
/// One HTTP/1.1 connection with at most one request on it. After any failure it must be disposed; after an answer it may be
/// used again while <see cref="IsReusable"/> holds. Never sends anything twice.
/// </summary>
internal sealed class Http1Connection : IAsyncDisposable
{
    private readonly Transport _transport;
    private readonly ReceiveBuffer _received;
    private bool _keepsAlive = true;

    private Http1Connection(Transport transport) =>
        (_transport, _received) = (transport, new ReceiveBuffer(transport));

    /// <summary>
    /// What a connection pool can know before it uses a connection again: the last answer did not announce the end, and neither
    /// the end nor anything unasked has arrived since.
    /// </summary>
    public bool IsReusable => _keepsAlive && _received.IsEmpty && !_transport.IsReadable;

    public static async Task<Http1Connection> OpenAsync(Target target, int? receiveBufferSize, CancellationToken cancellation) =>
        new(await Transport.ConnectAsync(target, SslApplicationProtocol.Http11, receiveBufferSize, cancellation));

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        _transport.WriteAsync(bytes, cancellation);

    /// <summary>Reads the whole answer and returns the pid it names.</summary>
    /// <exception cref="RequestFailedException">The answer is not a complete 200 with the right body.</exception>
    public async Task<int?> ReceiveAsync(BodyCheck check, TimeSpan pauseBetweenReads, CancellationToken cancellation)
    {
        ResponseHead head;
        do
        {
            head = await ReceiveHeadAsync(cancellation);
        }
        while (head.IsInterim);

        _keepsAlive = !head.Closes && (head.ContentLength is not null || head.IsChunked || head.HasNoBody);
        if (head.Status != 200)
        {
            throw new RequestFailedException(Outcome.WrongStatus, $"status {head.Status}", head.Pid);
        }

        try
        {
            await new BodyReader(_received, check, pauseBetweenReads).ReadAsync(head, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            RequestFailedException failure = FailureClassifier.Classify(exception);
            throw new RequestFailedException(failure.Outcome, failure.Message, head.Pid, exception);
        }

        return _received.IsEmpty
            ? head.Pid
            : throw new RequestFailedException(Outcome.Malformed, "malformed answer: more bytes than its length", head.Pid);
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    private async Task<ResponseHead> ReceiveHeadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_received.TryTakeUntil("\r\n\r\n"u8) is { } text)
            {
                return ResponseHead.Parse(text);
            }

            bool nothingYet = _received.IsEmpty;
            if (!await _received.FillAsync(cancellation))
            {
                throw nothingYet
                    ? new RequestFailedException(Outcome.ClosedWithoutAnswer, "closed before the answer began")
                    : new RequestFailedException(Outcome.Truncated, "closed within the head of the answer");
            }
        }
    }
}
