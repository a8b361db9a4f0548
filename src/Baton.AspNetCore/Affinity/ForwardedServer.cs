using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Baton.Interop;
using Baton.Resources;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Baton.AspNetCore.Affinity;

/// <summary>
/// Answers the requests that a newer process forwards to this one: a Kestrel of its own, since the application's endpoints may
/// all have TLS or a protocol of their own. It begins with the first private connection. Only a process that has the channel of
/// the handover can pass one in.
/// </summary>
internal sealed class ForwardedServer : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly IServiceProvider _services;
    private readonly OpenConnections _connections;
    private readonly RequestAffinity _affinity;
    private readonly GracefulRestartOptions _options;
    private readonly ILogger _logger;
    private readonly PrivateListener _listener = new();
    private readonly EndpointProtocol _protocol = new(static () => false);
    private readonly Lock _starting = new();
    private Task? _started;
    private SocketConnectionContextFactory? _sockets;
    private KestrelServer? _server;

    internal ForwardedServer(
        IServiceProvider services,
        OpenConnections connections,
        RequestAffinity affinity,
        GracefulRestartOptions options,
        ILogger logger) =>
        (_services, _connections, _affinity, _options, _logger) = (services, connections, affinity, options, logger);

    /// <summary>All of the application, as it sees any request.</summary>
    internal RequestDelegate Pipeline { private get; set; } = static _ => Task.CompletedTask;

    /// <summary>Takes private connections, if there is anything that a request could belong to.</summary>
    internal void Begin(MovingConnections moving) => moving.RequestServer = _affinity.HasRules ? Take : null;

    /// <summary>Serves a private connection. Any thread.</summary>
    /// <param name="connection">Owned from now on.</param>
    internal void Take(Descriptor connection)
    {
        var handle = new SafeSocketHandle(connection.Number, ownsHandle: true);
        connection.SetHandleAsInvalid();
        _ = Task.Run(() => ServeAsync(new Socket(handle)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            // The last answers go out.
            using var limit = new CancellationTokenSource(StopLimit);
            await server.StopAsync(limit.Token).ConfigureAwait(false);
        }

        Dispose();
    }

    public void Dispose()
    {
        _listener.End();
        _server?.Dispose();
        _sockets?.Dispose();
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            Task started;
            lock (_starting)
            {
                started = _started ??= StartAsync();
            }

            await started.ConfigureAwait(false);
            var connection = new PrivateConnection(_sockets!.Create(socket), _connections, _protocol);
            _connections.Add(connection);
            _listener.Add(connection);
        }
        catch (Exception e)
        {
            // The newer process sees the end of the connection, and answers the requests itself.
            _logger.RequestsNotTaken(e);
            socket.Dispose();
        }
    }

    private async Task StartAsync()
    {
        int most = _options.LongLived.MaxForwardedRequests;
        KestrelServerOptions kestrel = _services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        ILoggerFactory loggers = _services.GetRequiredService<ILoggerFactory>();
        _sockets = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), _logger);
        var options = new KestrelServerOptions
        {
            ApplicationServices = _services,
            AddServerHeader = kestrel.AddServerHeader,
            AllowSynchronousIO = kestrel.AllowSynchronousIO,
            Limits =
            {
                MaxRequestBodySize = kestrel.Limits.MaxRequestBodySize,
                MaxRequestLineSize = kestrel.Limits.MaxRequestLineSize,
                MaxRequestBufferSize = kestrel.Limits.MaxRequestBufferSize,
                MaxResponseBufferSize = kestrel.Limits.MaxResponseBufferSize,

                // The head may have been as long as is allowed, and has grown.
                MaxRequestHeadersTotalSize = kestrel.Limits.MaxRequestHeadersTotalSize + (32 * 1024),
                MaxRequestHeaderCount = kestrel.Limits.MaxRequestHeaderCount + 8,

                // The newer process has its own limits for clients.
                KeepAliveTimeout = Timeout.InfiniteTimeSpan,
                MinRequestBodyDataRate = null,
                MinResponseDataRate = null,
            },
        };
        options.Limits.Http2.MaxStreamsPerConnection = most * 2;
        options.Limits.Http2.MaxRequestHeaderFieldSize = Math.Max(options.Limits.Http2.MaxRequestHeaderFieldSize, 32 * 1024);

        // So that no number of bodies that are not read stops the others.
        options.Limits.Http2.InitialConnectionWindowSize =
            (int)Math.Min(int.MaxValue, (long)options.Limits.Http2.InitialStreamWindowSize * most);
        options.Listen(_listener.EndPoint, static listen => listen.Protocols = HttpProtocols.Http2);
        _server = new KestrelServer(Options.Create(options), _listener, loggers);
        var application = new Application(_services.GetRequiredService<IHttpContextFactory>(), ProcessAsync);
        await _server.StartAsync(application, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task ProcessAsync(HttpContext context)
    {
        if (AffinityKey.AskedBy(context.Request) is { } key)
        {
            bool has = await _affinity.HasAsync(key, context.RequestAborted).ConfigureAwait(false);
            context.Response.StatusCode = has ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            return;
        }

        ForwardedOrigin.Apply(context);
        await Pipeline(context).ConfigureAwait(false);
    }

    private sealed class Application(IHttpContextFactory contexts, RequestDelegate process) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => contexts.Create(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => process(context);

        public void DisposeContext(HttpContext context, Exception? exception) => contexts.Dispose(context);
    }

    private sealed class PrivateConnection(ConnectionContext inner, OpenConnections all, EndpointProtocol protocol)
        : TrackedConnection(inner, all, protocol)
    {
        internal override bool IsPrivate => true;
    }

    private sealed class PrivateEndPoint : EndPoint
    {
        public override string ToString() => "private";
    }

    private sealed class PrivateListener : IConnectionListenerFactory, IConnectionListener
    {
        private readonly Channel<ConnectionContext> _arrived = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint { get; } = new PrivateEndPoint();

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IConnectionListener>(this);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _arrived.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)
                && _arrived.Reader.TryRead(out ConnectionContext? next)
                ? next
                : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            End();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        internal void Add(ConnectionContext connection)
        {
            if (!_arrived.Writer.TryWrite(connection))
            {
                _ = connection.DisposeAsync().AsTask();
            }
        }

        internal void End() => _arrived.Writer.TryComplete();
    }
}
