using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using RestartLoad.CommandLine;
using RestartLoad.Modes;
using RestartLoad.Wire;

namespace RestartLoad.Tests.Servers;

/// <summary>Kestrel, with all endpoints and answers that the modes ask for.</summary>
internal sealed class GoodServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly WebApplication _app;

    private GoodServer(DirectoryInfo directory)
    {
        _directory = directory;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(Listen);
        _app = builder.Build();
        MapEndpoints();
    }

    public Endpoints Endpoints { get; private set; } = new();

    public string HttpUrl { get; private set; } = "";

    private string SocketPath => Path.Combine(_directory.FullName, "http.sock");

    public static async Task<GoodServer> StartAsync()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("restart-load-tests");
        await SelfSignedCertificate.WriteAsync(directory.FullName, TestContext.Current.CancellationToken);
        GoodServer server = new(directory);
        await server._app.StartAsync(TestContext.Current.CancellationToken);

        // In the order of the Listen calls.
        string[] urls = [.. server._app.Urls];
        server.HttpUrl = urls[0];
        server.Endpoints = new Endpoints(
            Target.Parse(urls[0], "http"),
            Target.Parse(urls[1], "https"),
            Target.Parse(urls[2], "http"),
            Target.UnixSocket(server.SocketPath));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private void Listen(KestrelServerOptions options)
    {
        X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(
            Path.Combine(_directory.FullName, "cert.pem"), Path.Combine(_directory.FullName, "key.pem"));
        options.Listen(IPAddress.Loopback, 0);
        options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
        options.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        options.ListenUnixSocket(SocketPath);
    }

    private void MapEndpoints()
    {
        _app.Use((context, next) =>
        {
            context.Response.Headers["X-Pid"] = $"{Environment.ProcessId}";
            return next(context);
        });
        _app.UseWebSockets();
        _app.MapGet("/", () => "Hello");
        _app.Map("/ws", async (HttpContext context) =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            byte[] buffer = new byte[100];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
            {
                byte[] echo = [.. Encoding.UTF8.GetBytes($"{Environment.ProcessId} "), .. buffer.AsSpan(0, received.Count)];
                await socket.SendAsync(echo, received.MessageType, received.EndOfMessage, context.RequestAborted);
            }
        });
        _app.MapGet("/sleep", async (int ms) =>
        {
            await Task.Delay(ms);
            return "slept";
        });
        _app.MapGet("/big", (long bytes) => Results.Bytes(new byte[bytes]));
        _app.MapPost("/echo", (HttpRequest request, HttpResponse response) =>
        {
            response.ContentLength = request.ContentLength;
            return request.Body.CopyToAsync(response.Body);
        });
    }
}
