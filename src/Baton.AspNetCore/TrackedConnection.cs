using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Baton.AspNetCore.LongLived;
using Baton.AspNetCore.Moving;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Baton.AspNetCore;

/// <summary>
/// A connection from accept to close, with the facts that the drain needs. It is a feature of its own connection, so that
/// requests find it.
/// </summary>
internal class TrackedConnection : ConnectionContext, IDrainingFeature
{
    private static readonly Func<object, Task> s_observerEnds = static connection =>
    {
        ((TrackedConnection)connection).ObserverEnds();
        return Task.CompletedTask;
    };

    // A connection this young may be on its way to HTTP.
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
        (AcceptedFrom, Probed) = (inner.RemoteEndPoint, ProbedTransport.In(inner, protocol));
        _features = new TrackedFeatures(inner.Features, this);
    }

    public override string ConnectionId { get => _inner.ConnectionId; set => _inner.ConnectionId = value; }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items { get => _inner.Items; set => _inner.Items = value; }

    public override IDuplexPipe Transport { get => _inner.Transport; set => _inner.Transport = Probed = new(value); }

    public override EndPoint? LocalEndPoint { get => _inner.LocalEndPoint; set => _inner.LocalEndPoint = value; }

    public override EndPoint? RemoteEndPoint { get => _inner.RemoteEndPoint; set => _inner.RemoteEndPoint = value; }

    public override CancellationToken ConnectionClosed { get => _inner.ConnectionClosed; set => _inner.ConnectionClosed = value; }

    public CancellationToken Draining => _all.Draining;

    /// <summary>The peer's address from the transport, whatever middleware sets later.</summary>
    internal EndPoint? AcceptedFrom { get; }

    /// <summary>The listener that accepted it.</summary>
    internal string ListenerKey { get; init; } = "";

    /// <summary>The transport of a connection that may speak HTTP/2; null for others.</summary>
    internal ProbedTransport? Probed { get; private set; }

    /// <summary>Its transport, where it can move to another process; else null.</summary>
    internal MovableTransport? Movable { get; set; }

    /// <summary>
    /// Whether it is to move to another process, and nothing here belongs to it. Authentication by connection, such as Negotiate,
    /// keeps its state in the items.
    /// </summary>
    internal bool IsLeaving => _all.IsLeaving(ListenerKey)
        && Volatile.Read(ref _observers) == 0
        && Volatile.Read(ref _announced) == 0
        && !IsUpgraded
        && !IsHttp2
        && _isHttp
        && Items.Count == 0;

    /// <summary>Whether it is to move now.</summary>
    internal bool MayMove => Requests == 0 && IsLeaving;

    /// <summary>Whether another process of the service has made it, to forward requests to this one.</summary>
    internal virtual bool IsPrivate => false;

    /// <summary>Requests in progress, without observers.</summary>
    internal int Requests => Volatile.Read(ref _requests);

    /// <summary>Whether a drain waits for this connection. It does not if all requests are observers.</summary>
    internal bool HoldsDrain => Requests > 0
        || !(IsPrivate || Volatile.Read(ref _observers) > 0 || Volatile.Read(ref _endsWithAnswer));

    /// <summary>Whether the connection has reached Kestrel's HTTP.</summary>
    internal bool IsHttp => _isHttp;

    /// <summary>Whether it has carried a request.</summary>
    internal bool HasServed => _hasServed;

    /// <summary>
    /// Whether something else than HTTP has the connection, such as a connection handler: it is work without requests. False
    /// while it may be on its way to HTTP, in a TLS handshake or in middleware that waits for the first bytes.
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

            // On an endpoint that has HTTP too: a connection that was answered without it.
            return !_protocol.HasReachedHttp || encrypted == true || (Socket is { } socket && SocketFacts.HasSent(socket));
        }
    }

    /// <summary>Whether it has carried an HTTP/2 request.</summary>
    internal bool IsHttp2 { get; private set; }

    /// <summary>Whether it was handed to another protocol, such as WebSocket.</summary>
    internal bool IsUpgraded { get; set; }

    /// <summary>What lives long on it, such as "websocket"; null for plain requests. For the status.</summary>
    internal string? LongLived { get; set; }

    /// <summary>Since when the drain has found it without a request; null when it last had one. Used by the drain only.</summary>
    internal long? IdleSince { get; set; }

    internal Socket? Socket => Features.Get<IConnectionSocketFeature>()?.Socket;

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override void Abort() => _inner.Abort();

    /// <summary>The connection counts as open until the last byte is with the kernel.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (Movable is { IsTaken: true } leaving)
            {
                await leaving.EndReadAsync().ConfigureAwait(false);
            }

            await _inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
            if (Movable is { IsTaken: true } left)
            {
                await _all.Moves!.SendAsync(left, ListenerKey).ConfigureAwait(false);
            }
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

        // If there is another request, the last answer did not end the connection.
        Volatile.Write(ref _endsWithAnswer, false);

        LongLived = null;

        // Only for the status: of concurrent requests the latest path is enough.
        _path = path;
        if (Interlocked.Increment(ref _requests) == 1)
        {
            _busySince = Environment.TickCount64;
        }
    }

    /// <summary>
    /// Marks a request as an observer: it waits for the outcome of an operation of this process, so the drain must not wait for
    /// it. An HTTP/1.1 connection ends with the answer.
    /// </summary>
    internal void Observe(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            Volatile.Write(ref _endsWithAnswer, true);
            context.Response.Headers.Connection = "close";
        }

        if (context.Features.Get<LongLivedRequest>() is { } stream)
        {
            stream.IsLeftAlone = true;
        }

        // Kestrel runs these callbacks in reverse order: this one turns the observer into a request again, whose end is counted
        // as usual.
        context.Response.OnCompleted(s_observerEnds, this);

        // In this order, and reversed at the end: the connection must never seem idle.
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
            _ when Movable is { IsTaken: true } => "moving",
            (0, _, _) when IsWithoutHttp => "raw",
            (0, _, _) => "idle",
            (_, _, false) when LongLived is { } kind => kind,
            (_, true, _) => "upgraded",
            (_, _, true) => "http/2",
            _ => "http/1.1",
        });
        if (requests > 0)
        {
            report.AddRequests(
                requests, _path, TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _busySince)));
        }
    }

    internal void RequestEnded()
    {
        if (Interlocked.Decrement(ref _requests) == 0 && (IsPrivate || Volatile.Read(ref _observers) > 0))
        {
            // Only observers are left, or nothing.
            _all.CompleteIfNoneHolds();
        }
    }

    /// <summary>
    /// Tells the peer once that this connection ends: GOAWAY in HTTP/2, end of stream on an idle HTTP/1.1 connection.
    /// </summary>
    /// <returns>True if it was not announced before.</returns>
    internal bool AnnounceClose()
    {
        if (!BeginAnnouncing())
        {
            return false;
        }

        Probed?.Arm();
        _all.RequestClose(this);
        return true;
    }

    /// <summary>For the caller of <see cref="OpenConnections.RequestClose"/>.</summary>
    /// <returns>True for the first call.</returns>
    internal bool BeginAnnouncing() => !IsPrivate && Interlocked.Exchange(ref _announced, 1) == 0;

    /// <exception cref="AggregateException">Callbacks of the application on <c>ConnectionClosedRequested</c> have failed;
    /// Kestrel's own was called all the same.</exception>
    internal void RequestClose() => Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

    private void ObserverEnds()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Decrement(ref _observers);
    }
}
