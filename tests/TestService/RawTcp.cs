using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TestService;

/// <summary>
/// Endpoints that are not plain HTTP, in the order of the words of <c>--Endpoints</c>: <c>http</c>; <c>handler</c>, <c>tls-handler</c> and <c>lambda</c> echo bytes and never see HTTP;
/// <c>wrapped</c> is HTTP behind middleware; <c>sniffing</c> is HTTP unless the first byte is a !, and then as a handler.
/// </summary>
internal static class RawTcp
{
    internal static void AddRawTcp(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["Endpoints"] is not { } endpoints)
        {
            return;
        }

        builder.Services.AddSingleton<RawHandler>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (string endpoint in endpoints.Split(','))
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen => Configure(listen, endpoint));
            }
        });
    }

    internal static void MapRawTcp(this WebApplication app)
    {
        if (app.Services.GetService<RawHandler>() is { } handler)
        {
            app.MapGet("/raw", () => handler.Seen);
        }
    }

    private static void Configure(ListenOptions listen, string endpoint)
    {
        RawHandler handler = listen.ApplicationServices.GetRequiredService<RawHandler>();
        switch (endpoint)
        {
            case "handler":
                listen.UseConnectionHandler<RawHandler>();
                break;
            case "tls-handler":
                listen.UseHttps().UseConnectionHandler<RawHandler>();
                break;
            case "lambda":
                listen.Use(_ => handler.OnConnectedAsync);
                break;
            case "wrapped":
                listen.Use((connection, next) => next(connection));
                break;
            case "sniffing":
                listen.Use(next => connection => SniffAsync(connection, handler, next));
                break;
        }
    }

    private static async Task SniffAsync(ConnectionContext connection, RawHandler handler, ConnectionDelegate http)
    {
        PipeReader input = connection.Transport.Input;
        ReadResult first = await input.ReadAsync();
        bool raw = first.Buffer.Length > 0 && first.Buffer.FirstSpan[0] == '!';
        input.AdvanceTo(first.Buffer.Start);
        await (raw ? handler.OnConnectedAsync(connection) : http(connection));
    }
}

/// <summary>Echoes bytes, and says <c>told</c> when it is told to end. It ends with its client only.</summary>
internal sealed class RawHandler : ConnectionHandler
{
    private int _connections;
    private long _bytes;

    internal string Seen => $"{_connections} connections, {_bytes} bytes";

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        Interlocked.Increment(ref _connections);
        (PipeReader input, PipeWriter output) = (connection.Transport.Input, connection.Transport.Output);
        using CancellationTokenRegistration told =
            connection.Features.Get<IConnectionLifetimeNotificationFeature>()!.ConnectionClosedRequested.Register(input.CancelPendingRead);
        ReadResult read;
        do
        {
            read = await input.ReadAsync();
            Interlocked.Add(ref _bytes, read.Buffer.Length);
            if (read.IsCanceled)
            {
                await output.WriteAsync("told\n"u8.ToArray());
            }

            await output.WriteAsync(read.Buffer.ToArray());
            input.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }
}
