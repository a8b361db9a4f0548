using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Baton.AspNetCore;

/// <summary>
/// A connection from accept to close, and what the drain has to know of it. A feature of its own connection, so that a request finds it.
/// </summary>
internal class TrackedConnection : ConnectionContext
{
    private static readonly Func<object, Task> s_observerEnds = static connection =>
    {
        ((TrackedConnection)connection).ObserverEnds();
        return Task.CompletedTask;
    };

    // A connection that is this young may be on its way to HTTP.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(1);

    private readonly long _accepted = Environment.TickCount64;
    private readonly ConnectionContext _inner;
    private readonly TrackedFeatures _features;
    private readonly EndpointProtocol _protocol;
    private readonly OpenConnections _all;
    private int _requests;
    private int _observers;
    private bool _endsWithAnswer;
    private volatile bool _isHttp;
    private volatile bool _hasServed;
    private int _announced;
    private string _path = "";
    private long _busySince;

    internal TrackedConnection(ConnectionContext inner, OpenConnections all, EndpointProtocol protocol)
    {
        (_inner, _all, _protocol) = (inner, all, protocol);
        AcceptedFrom = inner.RemoteEndPoint;
        _features = new TrackedFeatures(inner.Features, this);
    }

    public override string ConnectionId { get => _inner.ConnectionId; set => _inner.ConnectionId = value; }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items { get => _inner.Items; set => _inner.Items = value; }

    public override IDuplexPipe Transport { get => _inner.Transport; set => _inner.Transport = value; }

    public override EndPoint? LocalEndPoint { get => _inner.LocalEndPoint; set => _inner.LocalEndPoint = value; }

    public override EndPoint? RemoteEndPoint { get => _inner.RemoteEndPoint; set => _inner.RemoteEndPoint = value; }

    public override CancellationToken ConnectionClosed { get => _inner.ConnectionClosed; set => _inner.ConnectionClosed = value; }

    /// <summary>The peer as the transport knows it, whatever middleware believes later.</summary>
    internal EndPoint? AcceptedFrom { get; }

    /// <summary>Requests in progress; observers are none.</summary>
    internal int Requests => Volatile.Read(ref _requests);

    /// <summary>Whether a drain waits for it: not where the only requests are observers.</summary>
    internal bool HoldsDrain => Requests > 0 || (Volatile.Read(ref _observers) == 0 && !Volatile.Read(ref _endsWithAnswer));

    /// <summary>Whether Kestrel's HTTP has it.</summary>
    internal bool IsHttp => _isHttp;

    /// <summary>Whether it has carried a request.</summary>
    internal bool HasServed => _hasServed;

    /// <summary>
    /// Whether something else than HTTP has it, such as a connection handler: work without requests. Not while it may be on its
    /// way to HTTP, in a TLS handshake or in middleware that waits for its first bytes.
    /// </summary>
    internal bool IsWithoutHttp
    {
        get
        {
            if (_isHttp)
            {
                return false;
            }

            if (_protocol.NeverReachesHttp)
            {
                return true;
            }

            bool? encrypted = Features.Get<ISslStreamFeature>()?.SslStream.IsAuthenticated;
            if (encrypted == false || Environment.TickCount64 - _accepted < Young.TotalMilliseconds)
            {
                return false;
            }

            // On an endpoint that has HTTP too, one that was answered without it.
            return !_protocol.HasReachedHttp || encrypted == true || (Socket is { } socket && SocketFacts.HasSent(socket));
        }
    }

    /// <summary>Whether it has carried an HTTP/2 request.</summary>
    internal bool IsHttp2 { get; private set; }

    /// <summary>Whether it was handed to another protocol, such as WebSocket.</summary>
    internal bool IsUpgraded { get; set; }

    /// <summary>Since when the drain has found it without a request; null when it last had one. The drain's own note.</summary>
    internal long? IdleSince { get; set; }

    internal Socket? Socket => Features.Get<IConnectionSocketFeature>()?.Socket;

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override void Abort() => _inner.Abort();

    /// <summary>Counts as open until the last byte has been given to the kernel.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _all.Remove(this);
        }
    }

    /// <summary>Kestrel's HTTP has it.</summary>
    internal virtual void ReachedHttp()
    {
        _isHttp = true;
        _protocol.HasReachedHttp = true;
    }

    internal void RequestStarted(bool http2, string path)
    {
        _hasServed = true;
        if (http2)
        {
            IsHttp2 = true;
        }

        // Where there is another request, the answer that was to end the connection did not.
        Volatile.Write(ref _endsWithAnswer, false);

        // Only for the status: of several requests at once the latest path will do.
        _path = path;
        if (Interlocked.Increment(ref _requests) == 1)
        {
            _busySince = Environment.TickCount64;
        }
    }

    /// <summary>
    /// A request that only watches or asks what becomes of this process: it is answered when that is known, so nothing may wait for it. An HTTP/1.1 connection ends with
    /// the answer.
    /// </summary>
    internal void Observe(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            Volatile.Write(ref _endsWithAnswer, true);
            context.Response.Headers.Connection = "close";
        }

        // Kestrel calls the last one first: by then it is a request again, whose end is counted as any other's.
        context.Response.OnCompleted(s_observerEnds, this);

        // In this order, and later in the other: at no moment does the connection seem to be idle.
        Interlocked.Increment(ref _observers);
        Interlocked.Decrement(ref _requests);
        _all.CompleteIfNoneHolds();
    }

    internal void Describe(OpenWorkReport report)
    {
        if (!HoldsDrain)
        {
            return;
        }

        int requests = Requests;
        report.AddConnection((requests, IsUpgraded, IsHttp2) switch
        {
            (0, _, _) when IsWithoutHttp => "raw",
            (0, _, _) => "idle",
            (_, true, _) => "upgraded",
            (_, _, true) => "http/2",
            _ => "http/1.1",
        });
        if (requests > 0)
        {
            report.AddRequests(requests, _path, TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _busySince)));
        }
    }

    internal void RequestEnded()
    {
        if (Interlocked.Decrement(ref _requests) == 0 && Volatile.Read(ref _observers) > 0)
        {
            // What is left holds no drain.
            _all.CompleteIfNoneHolds();
        }
    }

    /// <summary>Tells the peer once that this connection ends: GOAWAY in HTTP/2, end of stream on an idle HTTP/1.1 connection.</summary>
    /// <returns>True if it was not announced before.</returns>
    internal bool AnnounceClose()
    {
        if (!BeginAnnouncing())
        {
            return false;
        }

        _all.RequestClose(this);
        return true;
    }

    /// <summary>For who calls <see cref="OpenConnections.RequestClose"/> next.</summary>
    /// <returns>True for the first call.</returns>
    internal bool BeginAnnouncing() => Interlocked.Exchange(ref _announced, 1) == 0;

    /// <exception cref="AggregateException">Callbacks of the application on <c>ConnectionClosedRequested</c> have failed;
    /// Kestrel's own was called all the same.</exception>
    internal void RequestClose() => Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

    private void ObserverEnds()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Decrement(ref _observers);
    }
}
