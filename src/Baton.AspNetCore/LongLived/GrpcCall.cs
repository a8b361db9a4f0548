using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// A gRPC call. One that streams is ended with the status UNAVAILABLE, which tells clients to try again: first the application
/// sees a call that its client has cancelled, and the status goes out with the end of its handler. A handler that does not end
/// in time is not waited for. A unary call is answered however long it takes: nothing says that it may be executed twice.
/// </summary>
internal sealed class GrpcCall(HttpContext context, IHttpRequestLifetimeFeature inner)
    : LongLivedRequest, IHttpRequestLifetimeFeature, IDisposable
{
    private const string ContentType = "application/grpc";
    private const string StatusName = "grpc-status";
    private const string MessageName = "grpc-message";

    // Of the gRPC specification: statuscodes.md.
    private const int Ok = 0;
    private const int Cancelled = 1;
    private const int Unknown = 2;
    private const int Internal = 13;
    private const int Unavailable = 14;

    // RFC 9113, section 7: after a whole answer the client need not send the rest of its request.
    private const int NoError = 0;

    // Types of Grpc.AspNetCore that are not public, one for each kind of method.
    private const string AnyHandler = "ServerCallHandler";
    private const string UnaryHandler = "Unary";
    private const string ClientStreamHandler = "ClientStreaming";

    // Guards the fields below, and the context, which Kestrel gives to another request after this one.
    private readonly Lock _lock = new();
    private CancellationTokenSource? _aborted;
    private LongLivedClose? _close;
    private Task? _completing;
    private bool _done;

    internal override string Kind => "grpc";

    internal override bool EndsByItself
    {
        get
        {
            lock (_lock)
            {
                return _done || !Streams();
            }
        }
    }

    /// <summary>Made when it is asked for: a unary call may never ask.</summary>
    public CancellationToken RequestAborted
    {
        get
        {
            lock (_lock)
            {
                return _done
                    ? inner.RequestAborted
                    : (_aborted ??= CancellationTokenSource.CreateLinkedTokenSource(inner.RequestAborted)).Token;
            }
        }

        set
        {
            lock (_lock)
            {
                // Linked to the old token by whoever sets it.
                inner.RequestAborted = value;
                _aborted = null;
            }
        }
    }

    /// <summary>Follows a gRPC call over HTTP/2; null for any other request.</summary>
    internal static GrpcCall? Of(HttpContext context, LongLivedRequests requests)
    {
        if (!IsGrpc(context.Request.ContentType)
            || !HttpProtocol.IsHttp2(context.Request.Protocol)
            || context.Features.Get<IHttpRequestLifetimeFeature>() is not { } inner)
        {
            return null;
        }

        var call = new GrpcCall(context, inner) { Connection = context.Features.Get<TrackedConnection>() };
        context.Features.Set<IHttpRequestLifetimeFeature>(call);
        requests.Add(call, context: null);
        return call;
    }

    public void Abort() => inner.Abort();

    public void Dispose() => _aborted?.Dispose();

    /// <summary>The handler has ended: its status is replaced if it ended because of the close.</summary>
    internal async Task EndHandlerAsync()
    {
        Task? completing;
        lock (_lock)
        {
            _done = true;
            completing = _completing;
            if (_close is { } close && completing is null && SaysNothing())
            {
                SetUnavailable(close.Reason);
            }
        }

        if (completing is not null)
        {
            // It uses the context.
            await completing.ConfigureAwait(false);
        }
    }

    internal override async Task CloseAsync(LongLivedClose close)
    {
        CancelHandler(close);
        if (await HasEndedAsync(close.Limit, close.Time).ConfigureAwait(false))
        {
            return;
        }

        Task completing;
        lock (_lock)
        {
            if (_done)
            {
                return;
            }

            completing = _completing = CompleteAsync(close);
        }

        await completing.ConfigureAwait(false);
    }

    // Not "application/grpc-web", which has its trailers in the body.
    private static bool IsGrpc(string? type) =>
        type is not null && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');

    // What is left of a call that its client has cancelled: the token, no more input, and no output.
    private void CancelHandler(LongLivedClose close)
    {
        CancellationTokenSource aborted;
        lock (_lock)
        {
            if (_done)
            {
                return;
            }

            _close = close;
            aborted = _aborted ??= CancellationTokenSource.CreateLinkedTokenSource(inner.RequestAborted);
        }

        try
        {
            aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The handler has ended meanwhile.
        }

        lock (_lock)
        {
            if (!_done)
            {
                context.Request.BodyReader.CancelPendingRead();
            }
        }
    }

    private async Task CompleteAsync(LongLivedClose close)
    {
        try
        {
            SetUnavailable(close.Reason);
            await context.Response.CompleteAsync().WaitAsync(close.Limit, close.Time).ConfigureAwait(false);
            context.Features.Get<IHttpResetFeature>()?.Reset(NoError);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or IOException)
        {
            // The client reads nothing, or the handler writes just now.
            inner.Abort();
        }
    }

    private bool Streams() => HandlerName() is { } name
        ? !name.StartsWith(UnaryHandler, StringComparison.Ordinal)
        : context.Response.HasStarted;

    private string? HandlerName() =>
        context.GetEndpoint()?.RequestDelegate?.Target?.GetType().Name is { } name
        && name.Contains(AnyHandler, StringComparison.Ordinal)
            ? name
            : null;

    // A handler that was cancelled may end in any of these ways; INTERNAL is Grpc.AspNetCore's for input that was cancelled. Any
    // other status is what the application has to say. A client that streams gets one answer, so a good one is whole.
    private bool SaysNothing()
    {
        string? status = Destination()?[StatusName];
        return !int.TryParse(status, CultureInfo.InvariantCulture, out int code) || code is Cancelled or Unknown or Internal
            || (code == Ok && HandlerName()?.StartsWith(ClientStreamHandler, StringComparison.Ordinal) != true);
    }

    private void SetUnavailable(string reason)
    {
        if (Destination() is { IsReadOnly: false } headers)
        {
            context.Response.ContentType ??= ContentType;
            headers[StatusName] = Unavailable.ToString(CultureInfo.InvariantCulture);
            headers[MessageName] = reason;
        }
    }

    // An answer without a message has its status among its headers.
    private IHeaderDictionary? Destination() => context.Response.HasStarted
        ? context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers
        : context.Response.Headers;
}
