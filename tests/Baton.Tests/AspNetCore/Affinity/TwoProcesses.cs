using Baton.AspNetCore;
using Baton.AspNetCore.Affinity;
using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baton.Tests.AspNetCore.Affinity;

/// <summary>A newer process that asks an older one over the channel of a handover, both in this process. A key is in a query.</summary>
internal sealed class TwoProcesses : IAsyncDisposable
{
    // Watched files are descriptors, and other tests count those of this process.
    private static readonly string[] s_off = ["--GracefulRestart:Enabled=false", "--hostBuilder:reloadConfigOnChange=false", "--Logging:LogLevel:Default=None"];

    private readonly WebApplication _older = WebApplication.CreateSlimBuilder(s_off).Build();
    private readonly OlderGenerations _generations = new(Deadline.Limit, new RecordingLogger(_ => { }));
    private readonly PredecessorLink _link;
    private readonly HandoverChannel _channel;
    private readonly ForwardedServer _server;
    private readonly Thread _listening;

    private TwoProcesses(RequestDelegate older)
    {
        Open = new OpenConnections(Options, new RecordingLogger(_ => { }));
        _server = new ForwardedServer(_older.Services, Open, Of(new Keys { Has = { "theirs" } }, new OlderGenerations(Deadline.Limit, new RecordingLogger(_ => { }))), Options, new RecordingLogger(_ => { }))
        {
            Pipeline = older,
        };
        (_channel, Descriptor theirs) = HandoverChannel.CreatePair(Deadline.Limit);
        _link = PredecessorLink.Adopt(new OlderProcess(Environment.ProcessId, 1), theirs, ownGeneration: 2, Deadline.Limit);
        _generations.Add(_link);
        Newer = Of(new Keys { Has = { "ours" } }, _generations);
        _listening = new Thread(Listen) { IsBackground = true };
        _listening.Start();
    }

    internal GracefulRestartOptions Options { get; } = new() { HandshakeTimeout = Deadline.Limit };

    internal OpenConnections Open { get; }

    internal RequestAffinity Newer { get; }

    internal WebApplication Server { get; private set; } = null!;

    internal Uri Address => new(Server.Urls.First());

    /// <summary>Whether the older process knows what a private connection is.</summary>
    internal bool TakesRequests { get; set; } = true;

    internal int Channels { get; private set; }

    /// <param name="older">What the older process answers; the newer one answers 404.</param>
    /// <param name="protocols">Of the newer process.</param>
    internal static async Task<TwoProcesses> StartAsync(RequestDelegate older, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var both = new TwoProcesses(older);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder([.. s_off, "--urls=http://127.0.0.1:0"]);
        builder.WebHost.ConfigureKestrel(k => k.ConfigureEndpointDefaults(e => e.Protocols = protocols));
        both.Server = builder.Build();
        both.Server.Run(async context =>
        {
            if (!(both.Newer.IsNeeded && both.Newer.FindElsewhere(context) is { } key && await both.Newer.TryForwardAsync(context, key)))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
        });
        await both.Server.StartAsync(TestContext.Current.CancellationToken);
        return both;
    }

    /// <summary>The older process has ended.</summary>
    internal async Task EndOlderAsync()
    {
        _generations.Gone(_link);
        await _server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _server.DisposeAsync();
        await _older.DisposeAsync();
        _link.Dispose();
        _listening.Join();
        _channel.Dispose();
    }

    private RequestAffinity Of(IAffinityRule rule, OlderGenerations generations) => new([rule], generations, Options);

    private void Listen()
    {
        while (Poller.Wait(_channel.Number, Libc.POLLIN, Timeout.InfiniteTimeSpan) && _channel.Receive() is { } received)
        {
            Channels++;
            if (received is { Message: HandoverMessage.RequestChannel, Descriptors: [var requests] } && TakesRequests)
            {
                _server.Take(requests);
            }
            else
            {
                received.WithoutDescriptors();
            }
        }
    }

    private sealed class Keys : IAffinityRule
    {
        internal HashSet<string> Has { get; } = [];

        public string? KeyOf(HttpRequest request) => request.Query["key"];

        bool IAffinityRule.Has(string key) => Has.Contains(key);
    }
}
