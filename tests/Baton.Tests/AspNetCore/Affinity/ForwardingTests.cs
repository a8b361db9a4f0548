using System.Net;
using System.Net.WebSockets;
using System.Text;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Baton.Tests.AspNetCore.Affinity;

/// <summary>A request that belongs to an older process reaches it, as it was sent and while it is sent; the answer likewise.</summary>
public sealed class ForwardingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Request_ForTheOlderProcess_ArrivesAsItWasSentAndIsAnswered(string http)
    {
        byte[] sent = new byte[300_000];
        Random.Shared.NextBytes(sent);
        string? target = null, spoof = null;
        byte[]? body = null;
        (string, string?, string) seen = default;
        await using TwoProcesses both = await TwoProcesses.StartAsync(
            async context =>
            {
                target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
                spoof = context.Request.Headers["baton-origin"] + context.Request.Headers["baton-rule"] + context.Request.Headers["x-hop"];
                seen = (context.Request.Method, context.Request.Headers["x-text"], $"{context.Request.Scheme} {context.Request.Host} {context.Connection.RemoteIpAddress} {context.Connection.LocalPort}");
                using var memory = new MemoryStream();
                await context.Request.Body.CopyToAsync(memory, Cancel);
                body = memory.ToArray();
                (context.Response.StatusCode, context.Response.Headers["x-answer"]) = (StatusCodes.Status202Accepted, "yes");
                await context.Response.WriteAsync("taken", Cancel);
            },
            Protocols(http));
        using HttpClient client = Client(both, http);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(both.Address, "a%2Fb/?key=theirs&x=%20y")) { Content = new ByteArrayContent(sent), Version = Version.Parse(http), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Host = "shop.example:81";
        request.Headers.TryAddWithoutValidation("x-text", "grüße");
        request.Headers.Add("baton-origin", "https 1.2.3.4:5 - ");
        request.Headers.Add("baton-rule", "any");
        if (http == "1.1")
        {
            request.Headers.Add("x-hop", "1");
            request.Headers.Connection.Add("x-hop");
        }

        using HttpResponseMessage answer = await client.SendAsync(request, Cancel).Soon();

        Assert.Equal((HttpStatusCode.Accepted, "taken", "yes"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel), answer.Headers.GetValues("x-answer").Single()));
        Assert.Equal("/a%2Fb/?key=theirs&x=%20y", target);
        Assert.Equal(("PUT", "grüße", $"http shop.example:81 127.0.0.1 {both.Address.Port}"), seen);
        Assert.Equal("", spoof);
        Assert.Equal(sent, body);
    }

    [Fact]
    public async Task Both_ways_are_streams_and_the_end_of_the_client_reaches_the_older_process()
    {
        var gone = new TaskCompletionSource();
        await using TwoProcesses both = await TwoProcesses.StartAsync(async context =>
        {
            byte[] buffer = new byte[10];
            using CancellationTokenRegistration registration = context.RequestAborted.Register(() => gone.TrySetResult());
            while (await context.Request.Body.ReadAsync(buffer, Cancel) is > 0 and int read)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), Cancel);
                await context.Response.Body.FlushAsync(Cancel);
            }
        });
        var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, both.Address.Port, Cancel);
        await SendAsync("POST /?key=theirs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        await ReceiveUntilAsync("one");
        await SendAsync("3\r\ntwo\r\n");
        await ReceiveUntilAsync("two");
        Assert.False(gone.Task.IsCompleted);

        client.Dispose();

        await gone.Task.Soon();

        async Task SendAsync(string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Cancel);

        async Task ReceiveUntilAsync(string text)
        {
            string received = "";
            byte[] buffer = new byte[1000];
            while (!received.Contains(text, StringComparison.Ordinal))
            {
                received += Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, Cancel).AsTask().Soon());
            }
        }
    }

    [Fact]
    public async Task Answer_ThatTheOlderProcessCuts_IsCutForTheClientToo()
    {
        await using TwoProcesses both = await TwoProcesses.StartAsync(async context =>
        {
            await context.Response.WriteAsync("half", Cancel);
            await context.Response.Body.FlushAsync(Cancel);
            context.Abort();
        });
        using HttpClient client = Client(both, "1.1");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(both.Address, "?key=theirs"), Cancel).Soon());
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Web_socket_reaches_the_older_process(string http)
    {
        WebApplication middleware = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]).Build();
        IApplicationBuilder pipeline = ((IApplicationBuilder)middleware).New().UseWebSockets();
        pipeline.Run(static async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            byte[] buffer = new byte[100];
            WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, Cancel);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, Cancel);
            await socket.CloseAsync((WebSocketCloseStatus)1012, "service restart", Cancel);
        });
        await using TwoProcesses both = await TwoProcesses.StartAsync(pipeline.Build(), Protocols(http));
        using var client = new ClientWebSocket();
        (client.Options.HttpVersion, client.Options.HttpVersionPolicy) = (Version.Parse(http), HttpVersionPolicy.RequestVersionExact);
        client.Options.AddSubProtocol("chat");
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{both.Address.Port}/?key=theirs"), invoker, Cancel).Soon();
        Assert.Equal("chat", client.SubProtocol);
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Cancel).Soon();
        byte[] buffer = new byte[100];
        WebSocketReceiveResult echo = await client.ReceiveAsync(buffer, Cancel).Soon();
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, echo.Count));
        WebSocketReceiveResult close = await client.ReceiveAsync(buffer, Cancel).Soon();
        Assert.Equal((1012, "service restart"), ((int)close.CloseStatus!, close.CloseStatusDescription));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Cancel).Soon();
        await middleware.DisposeAsync();
    }

    [Fact]
    public async Task Requests_that_belong_to_nobody_or_to_this_process_are_answered_here()
    {
        int forwarded = 0;
        await using TwoProcesses both = await TwoProcesses.StartAsync(_ =>
        {
            forwarded++;
            return Task.CompletedTask;
        });
        using HttpClient client = Client(both, "1.1");
        foreach (string query in (string[])["", "?key=ours", "?key=", "?key=nobodys", $"?key={new string('x', 300)}"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(both.Address, query), Cancel).Soon()).StatusCode);
        }

        Assert.Equal(0, forwarded);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(both.Address, "?key=theirs"), Cancel).Soon()).StatusCode);
        Assert.Equal((1, 1), (forwarded, both.Channels));

        await both.EndOlderAsync();

        Assert.False(both.Newer.IsNeeded);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(both.Address, "?key=theirs"), Cancel).Soon()).StatusCode);
        Assert.Equal(1, forwarded);
    }

    [Fact]
    public async Task Older_process_of_an_older_version_is_asked_once()
    {
        await using TwoProcesses both = await TwoProcesses.StartAsync(static _ => Task.CompletedTask);
        both.TakesRequests = false;
        using HttpClient client = Client(both, "1.1");
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(both.Address, "?key=theirs"), Cancel).Soon()).StatusCode);
        }

        Assert.Equal(1, both.Channels);
    }

    [Fact]
    public async Task More_than_the_limit_are_answered_here()
    {
        var began = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        await using TwoProcesses both = await TwoProcesses.StartAsync(context =>
        {
            began.SetResult();
            return end.Task;
        });
        both.Options.LongLived.MaxForwardedRequests = 1;
        using HttpClient client = Client(both, "1.1");
        Task<HttpResponseMessage> first = client.GetAsync(new Uri(both.Address, "?key=theirs"), Cancel);
        await began.Task.Soon();

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(both.Address, "?key=theirs"), Cancel).Soon()).StatusCode);

        end.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first.Soon()).StatusCode);
    }

    private static HttpProtocols Protocols(string http) => http == "1.1" ? HttpProtocols.Http1 : HttpProtocols.Http2;

    private static HttpClient Client(TwoProcesses both, string http) => new(new SocketsHttpHandler { RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8 })
    {
        BaseAddress = both.Address,
        DefaultRequestVersion = Version.Parse(http),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
