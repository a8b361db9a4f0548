using System.Net.Security;
using RestartLoad.Measuring;
using RestartLoad.Wire;

namespace RestartLoad.Http2;

/// <summary>
/// One HTTP/2 connection of a client: owns its transport and the two loops that send and receive. It ends by itself when the peer
/// closes it, or when the peer has said GOAWAY and the last stream has ended.
/// </summary>
internal sealed class Http2Connection : IAsyncDisposable
{
    private readonly Transport _transport;
    private readonly OutgoingFrames _outgoing;
    private readonly StreamTable _streams = new();
    private readonly SendWindows _sendWindows = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _sending;
    private readonly Task _receiving;

    private Http2Connection(Transport transport)
    {
        _transport = transport;
        _outgoing = new OutgoingFrames(transport);
        _sending = SendAsync();
        _receiving = ReceiveAsync();
    }

    public bool HasEnded => _receiving.IsCompleted;

    public static async Task<Http2Connection> OpenAsync(Target target, CancellationToken cancellation) =>
        new(await Transport.ConnectAsync(target, SslApplicationProtocol.Http2, receiveBufferSize: null, cancellation));

    /// <summary>
    /// Sends the request's head on a new stream; null, with nothing sent, when the connection takes no more streams.
    /// </summary>
    public Http2Stream? TryStart(Http2Request request, BodyCheck check) => _streams.TryOpen(check, stream =>
    {
        FrameFlags flags = FrameFlags.EndHeaders | (request.Body.IsEmpty ? FrameFlags.EndStream : FrameFlags.None);
        _outgoing.Enqueue(new Frame(FrameType.Headers, flags, stream.Id, request.HeaderBlock));
    });

    /// <summary>Sends the request's body as the windows allow, and waits for the whole answer.</summary>
    /// <exception cref="RequestFailedException">There was no right answer.</exception>
    public async Task<int?> FinishAsync(Http2Stream stream, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        try
        {
            await SendBodyAsync(stream, body, cancellation);
            return await stream.Answer.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _outgoing.Enqueue(Frame.WithNumber(FrameType.ResetStream, stream.Id, (int)ErrorCode.Cancel));
            throw;
        }
        finally
        {
            _streams.Remove(stream);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _transport.DisposeAsync();
        await Task.WhenAll(_sending, _receiving);
        _disposed.Dispose();
    }

    private async Task SendBodyAsync(Http2Stream stream, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        while (!body.IsEmpty)
        {
            int wanted = Math.Min(body.Length, Frame.MaxPayloadLength);
            int length = await _sendWindows.TakeAsync(stream, wanted, cancellation);
            if (length == 0)
            {
                return; // The answer, or the failure, is there already.
            }

            FrameFlags flags = length == body.Length ? FrameFlags.EndStream : FrameFlags.None;
            _outgoing.Enqueue(new Frame(FrameType.Data, flags, stream.Id, body[..length]));
            body = body[length..];
        }
    }

    private async Task SendAsync()
    {
        try
        {
            await _outgoing.SendAllAsync(FrameReceiver.Preface, _disposed.Token);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // What could not be sent is lost, and so are its streams; a receive that is still possible may yet complete others.
            _outgoing.Complete();
        }
    }

    private async Task ReceiveAsync()
    {
        FrameReceiver receiver = new(new FrameReader(_transport), _outgoing, _streams, _sendWindows);
        try
        {
            await receiver.ReceiveAllAsync(_disposed.Token);
            _streams.Close(Outcome.CutStream, "the connection was closed");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            RequestFailedException failure = FailureClassifier.Classify(exception);
            Outcome outcome = failure.Outcome == Outcome.Malformed ? Outcome.Malformed : Outcome.CutStream;
            _streams.Close(outcome, failure.Message);
        }
        finally
        {
            // At once, and not when somebody asks for the next stream: the peer may be waiting for just this to end its process.
            _outgoing.Complete();
            await _transport.DisposeAsync();
        }
    }
}
