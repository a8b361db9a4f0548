using System.Globalization;
using System.IO.Pipelines;
using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// A request for server-sent events (HTML standard, section 9.2). It is ended between two events, with the time after which the
/// client is to come back and a proper end of the body; then <see cref="HttpContext.RequestAborted"/> tells the application.
/// </summary>
internal sealed class EventStreamRequest : LongLivedRequest, IDisposable
{
    // After which a client comes back, in milliseconds: in the order of what browsers wait by themselves.
    private const int ShortestRetry = 200;
    private const int LongestRetry = 1500;

    private readonly HttpContext _context;
    private readonly EventStreamBody _body;
    private readonly CancellationTokenSource _aborted;

    private EventStreamRequest(HttpContext context, IHttpResponseBodyFeature inner)
    {
        _context = context;
        _body = new EventStreamBody(inner);
        _aborted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    }

    internal override string Kind => "sse";

    internal override bool EndsByItself => !IsEventStream;

    // A client may accept events and get something else.
    private bool IsEventStream => _context.Response is { HasStarted: true, ContentType: { } type }
        && type.StartsWith(MediaTypeNames.Text.EventStream, StringComparison.OrdinalIgnoreCase);

    private bool IsCompressed => _context.Response.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity";

    /// <summary>Follows a request that accepts events; null for any other.</summary>
    internal static EventStreamRequest? Of(HttpContext context, LongLivedRequests requests)
    {
        StringValues accept = context.Request.Headers.Accept;
        if (accept.Count != 1
            || accept[0]?.Contains(MediaTypeNames.Text.EventStream, StringComparison.OrdinalIgnoreCase) != true
            || context.Features.Get<IHttpResponseBodyFeature>() is not { } inner)
        {
            return null;
        }

        var request = new EventStreamRequest(context, inner);
        context.RequestAborted = request._aborted.Token;
        context.Features.Set<IHttpResponseBodyFeature>(request._body);
        requests.Add(request, context);
        return request;
    }

    /// <summary>The application is done: what it has left in the writer is sent, as Kestrel's own would be.</summary>
    internal async ValueTask FlushAsync()
    {
        if (_body.Writer.UnflushedBytes > 0)
        {
            await _body.Writer.FlushAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _aborted.Dispose();

    internal override async Task CloseAsync(LongLivedClose close)
    {
        // A compressed one has no place in which something could be put.
        if (!IsCompressed)
        {
            int retry = Random.Shared.Next(ShortestRetry, LongestRetry);
            byte[] last = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {retry}\n\n"));
            using var limit = new CancellationTokenSource(close.Limit, close.Time);
            try
            {
                await _body.EndAsync(last, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
            {
                // The client reads nothing, or is gone, or the application has ended the answer.
            }
        }

        try
        {
            await _aborted.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The application has ended it meanwhile.
        }
    }
}

/// <summary>The body of an answer that can be ended by somebody else than the application.</summary>
internal sealed class EventStreamBody : IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _inner;
    private readonly EventStreamStream _stream;

    internal EventStreamBody(IHttpResponseBodyFeature inner)
    {
        _inner = inner;
        _stream = new EventStreamStream(inner.Stream, inner.CompleteAsync);
        Writer = PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public Stream Stream => _stream;

    public PipeWriter Writer { get; }

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(_stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        if (Writer.UnflushedBytes > 0)
        {
            await Writer.FlushAsync().ConfigureAwait(false);
        }

        await _stream.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the answer after the event that is under way; what the application writes later goes nowhere.</summary>
    internal Task EndAsync(byte[] last, CancellationToken cancellationToken) => _stream.EndAsync(last, cancellationToken);
}

/// <summary>The bytes of such an answer.</summary>
internal sealed class EventStreamStream(Stream inner, Func<Task> complete) : WrappedStream(inner)
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TaskCompletionSource _atEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _last;
    private bool _ended;

    // How many line ends there were last: two of them end an event. A carriage return counts for nothing.
    private int _lineEnds = 2;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_ended)
            {
                return;
            }

            await Inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            Follow(buffer.Span);
            await EndIfPossibleAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_ended)
            {
                await Inner.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The application ends it.</summary>
    internal async Task CompleteAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_ended)
            {
                _ended = true;
                await complete().ConfigureAwait(false);
                _atEnd.TrySetResult();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    internal async Task EndAsync(byte[] last, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _last = last;
            await EndIfPossibleAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }

        await _atEnd.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask EndIfPossibleAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && !_ended && _lineEnds >= 2)
        {
            _ended = true;
            await Inner.WriteAsync(last, cancellationToken).ConfigureAwait(false);
            await complete().ConfigureAwait(false);
            _atEnd.TrySetResult();
        }
    }

    private void Follow(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            _lineEnds = b switch { (byte)'\n' => _lineEnds + 1, (byte)'\r' => _lineEnds, _ => 0 };
        }
    }
}
