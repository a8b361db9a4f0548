using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Baton.AspNetCore;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Baton.Tests.AspNetCore;

/// <summary>
/// The answer with which a drain announces the end of an HTTP/2 connection, by Kestrel and a client of raw frames: it is held for
/// as long as requests may be on their way, and no longer.
/// </summary>
public sealed class GoAwayTests : IAsyncDisposable
{
    private const byte Headers = 1, Settings = 4, Ping = 6, GoAway = 7;
    private const byte EndStream = 1, Acknowledges = 1;

    private readonly OpenConnections _connections = new(new GracefulRestartOptions(), new RecordingLogger(_ => { }));
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _latch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TcpClient _client = new();
    private WebApplication? _server;
    private Stream? _stream;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    // A client that is slower than any time that could be guessed for it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_IsHeldUntilTheClientHasReadTheGoAway_AndWhatItSentBeforeIsAnswered(bool tls)
    {
        await BeginAsync(tls);
        await SendRequestAsync(1, "/first");
        await _begun.Task.Soon();
        _latch.SetResult();
        Assert.Equal(int.MaxValue, BinaryPrimitives.ReadInt32BigEndian((await ReceiveAsync(GoAway)).Payload));
        byte[] ping = (await ReceiveAsync(Ping)).Payload;
        Assert.Equal(8, ping.Length);
        await Task.Delay(100, Cancel);

        // Its own pings are answered all the while, and the held answer is not out yet.
        await SendAsync(Ping, 0, 0, "keep.it."u8.ToArray());
        (byte type, byte flags, _, byte[] payload) = await ReceiveAnyAsync();
        Assert.Equal((Ping, Acknowledges, "keep.it."), (type, flags, Encoding.ASCII.GetString(payload)));
        await SendRequestAsync(3, "/second");
        await SendAsync(Ping, Acknowledges, 0, ping);

        HashSet<int> answered = [];
        int last = 0;
        while (last == 0)
        {
            (type, flags, int stream, payload) = await ReceiveAnyAsync();
            if (type == GoAway)
            {
                last = BinaryPrimitives.ReadInt32BigEndian(payload);
            }
            else if (type <= Headers && (flags & EndStream) != 0)
            {
                answered.Add(stream);
            }
        }

        Assert.Equal([1, 3], answered.Order());
        Assert.Equal(3, last);
    }

    [Fact]
    public async Task Client_ThatAnswersNoPing_IsNotHeldForEver()
    {
        await BeginAsync(tls: false);
        await SendRequestAsync(1, "/first");
        _latch.SetResult();
        await ReceiveAsync(Ping);
        while ((await ReceiveAnyAsync()) is not (GoAway, _, _, [_, _, _, 1, ..]))
        {
        }
    }

    private async Task BeginAsync(bool tls)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", "--Logging:LogLevel:Default=None"]);
        builder.Services.AddSingleton<IConnectionListenerFactory>(new Tracking(_connections, tls));
        builder.WebHost.UseKestrelHttpsConfiguration();
        using X509Certificate2 certificate = Certificate();
        string hash = certificate.GetCertHashString();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (tls)
            {
                listen.UseHttps(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null));
            }
        }));
        _server = builder.Build();
        _server.Run(async context =>
        {
            context.Response.OnStarting(() => ConnectionDrain.EndWithAsync(context));
            if (context.Request.Path == "/first")
            {
                _begun.SetResult();
                await _latch.Task;
            }
        });
        await _server.StartAsync(Cancel);
        await _client.ConnectAsync(IPAddress.Loopback, new Uri(_server.Urls.Single()).Port, Cancel);
        _stream = _client.GetStream();
        if (tls)
        {
            var encrypted = new SslStream(_stream);
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2], RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == hash,
                },
                Cancel).Soon();
            _stream = encrypted;
        }

        await _stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Cancel);
        await SendAsync(Settings, 0, 0, []);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    // GET http://x, by HPACK's static table.
    private Task SendRequestAsync(int stream, string path) =>
        SendAsync(Headers, 0x5, stream, [0x82, _stream is SslStream ? (byte)0x87 : (byte)0x86, 0x01, 1, (byte)'x', 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path)]);

    private async Task SendAsync(byte type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = [0, 0, (byte)payload.Length, type, flags, 0, 0, 0, (byte)stream, .. payload];
        await _stream!.WriteAsync(frame, Cancel);
    }

    private async Task<(byte Type, byte Flags, int Stream, byte[] Payload)> ReceiveAsync(byte wanted)
    {
        while (true)
        {
            var frame = await ReceiveAnyAsync();
            if (frame.Type == wanted)
            {
                return frame;
            }
        }
    }

    private async Task<(byte Type, byte Flags, int Stream, byte[] Payload)> ReceiveAnyAsync()
    {
        byte[] head = new byte[9];
        await _stream!.ReadExactlyAsync(head, Cancel).AsTask().Soon();
        byte[] payload = new byte[(head[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1))];
        await _stream!.ReadExactlyAsync(payload, Cancel).AsTask().Soon();
        return (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    private sealed class Tracking(OpenConnections connections, bool tls) : IConnectionListenerFactory
    {
        private readonly SocketTransportFactory _sockets = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);

        public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            new Listener(await _sockets.BindAsync(endpoint, cancellationToken), connections, new EndpointProtocol(static () => false, isPlainHttp2: () => !tls));

        private sealed class Listener(IConnectionListener inner, OpenConnections connections, EndpointProtocol protocol) : IConnectionListener
        {
            public EndPoint EndPoint => inner.EndPoint;

            public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
                await inner.AcceptAsync(cancellationToken) is { } accepted ? connections.Track(accepted, protocol, "tcp:x") : null;

            public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
