using System.Net.WebSockets;
using System.Text;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Microsoft.AspNetCore.SignalR.Client;

namespace Baton.ProcessTests;

/// <summary>D4: what lives long, with the clients that people have, on the sample that shows it. None sees more of a restart than a polite close.</summary>
public sealed class LongLivedTests
{
    private const string Ready = "retry: ";

    // Told and closed at once, so that a test need not wait.
    private static readonly ServiceSetup Setup = Sample("--GracefulRestart:LongLived:Notice=0s", "--GracefulRestart:LongLived:CloseSpread=0s");

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Web_socket_gets_a_close_frame_of_a_restart_and_the_next_one_reaches_the_new_process(string http)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(http == "1.1" ? Setup : Setup.With("--Kestrel:EndpointDefaults:Protocols=Http2"));
        using ClientWebSocket socket = await ConnectAsync(service, http);
        Assert.Equal($"{service.Pid} hello", await EchoAsync(socket, "hello"));

        int predecessor = await service.RestartAsync();

        WebSocketReceiveResult received = await socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken).InTime();
        Assert.Equal((WebSocketMessageType.Close, 1012, "service restart"), (received.MessageType, (int)received.CloseStatus!, received.CloseStatusDescription));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken).InTime();
        Assert.Equal(WebSocketState.Closed, socket.State);
        Assert.Equal(0, await service.EndAsync(predecessor));
        using ClientWebSocket next = await ConnectAsync(service, http);
        Assert.Equal($"{service.Pid} again", await EchoAsync(next, "again"));
    }

    // The proxy restarts, and what is behind it goes on.
    [Fact]
    public async Task Web_socket_through_a_proxy_gets_the_close_frame_too()
    {
        await using ServiceProcess origin = await ServiceProcess.StartAsync(Setup);
        ServiceSetup setup = Setup with { Command = [Path.Combine(TestBuild.UsualOf("ProxyService"), "ProxyService")] };
        await using ServiceProcess proxy = await ServiceProcess.StartAsync(setup.With($"--To={AddressOf(origin).Uri}"));
        using ClientWebSocket socket = await ConnectAsync(proxy);
        Assert.Equal($"{origin.Pid} hello", await EchoAsync(socket, "hello"));

        int predecessor = await proxy.RestartAsync();

        WebSocketReceiveResult received = await socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken).InTime();
        Assert.Equal((WebSocketMessageType.Close, 1012), (received.MessageType, (int)received.CloseStatus!));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken).InTime();
        Assert.Equal(0, await proxy.EndAsync(predecessor));
        using ClientWebSocket next = await ConnectAsync(proxy);
        Assert.Equal($"{origin.Pid} again", await EchoAsync(next, "again"));
    }

    [Fact]
    public async Task Connection_that_was_upgraded_to_another_protocol_ends_without_a_reset()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup().With("--GracefulRestart:LongLived:Notice=0s", "--GracefulRestart:LongLived:CloseSpread=0s"));
        using HttpConnection connection = await HttpConnection.OpenAsync(service.Address);
        await connection.SendGetAsync("/upgrade", "Connection: Upgrade\r\nUpgrade: echo");
        Assert.Equal(101, (await connection.ReceiveHeadAsync()).Status);
        await connection.SendTextAsync("hello");
        Assert.Equal("hello", Encoding.ASCII.GetString(await connection.ReceiveBytesAsync(5)));

        int predecessor = await service.RestartAsync();

        await connection.EndsAsync();
        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    [Fact]
    public async Task Web_socket_of_a_service_that_shuts_down_is_told_that_it_goes_away()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        using ClientWebSocket socket = await ConnectAsync(service);
        Assert.Equal($"{service.Pid} hello", await EchoAsync(socket, "hello"));

        service.Signal(Libc.SIGTERM);

        WebSocketReceiveResult received = await socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken).InTime();
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.EndpointUnavailable), (received.MessageType, received.CloseStatus));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken).InTime();
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    // The client neither answers the close nor reads.
    [Fact]
    public async Task Web_socket_of_a_client_that_does_nothing_ends_within_the_limit()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:LongLived:CloseTimeout=500ms", "--GracefulRestart:DrainTimeout=infinite"));
        using HttpConnection silent = await UpgradeAsync(service);
        Assert.Equal(101, (await silent.ReceiveHeadAsync()).Status);

        int predecessor = await service.RestartAsync();

        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    // None of these ends as it should: one never answers the close, one is in the middle of a frame, one sends without end, and one
    // reads nothing of the echo. The first row is about the others, the second about the limit.
    [Theory]
    [InlineData("01:00:00")]
    [InlineData("500ms")]
    public async Task Bad_web_sockets_delay_nobody_and_are_ended_at_the_limit(string closeTimeout)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            Setup.With($"--GracefulRestart:LongLived:CloseTimeout={closeTimeout}", "--GracefulRestart:DrainTimeout=infinite"));
        using HttpConnection mute = await UpgradeAsync(service);
        using HttpConnection half = await UpgradeAsync(service);
        using HttpConnection flood = await UpgradeAsync(service);
        using HttpConnection deaf = await UpgradeAsync(service);
        foreach (HttpConnection bad in (HttpConnection[])[mute, half, flood, deaf])
        {
            Assert.Equal(101, (await bad.ReceiveHeadAsync()).Status);
        }

        await half.SendTextAsync("\u0081\u00e4\0\0\0\0half of it");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task[] sending = [SendOnAsync(flood, reads: true, over.Token), SendOnAsync(deaf, reads: false, over.Token)];
        ClientWebSocket[] good = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ConnectAsync(service)));

        int predecessor = await service.RestartAsync();

        foreach (ClientWebSocket socket in good)
        {
            WebSocketReceiveResult received = await socket.ReceiveAsync(new byte[100], TestContext.Current.CancellationToken).InTime();
            Assert.Equal((WebSocketMessageType.Close, 1012), (received.MessageType, (int)received.CloseStatus!));
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken).InTime();
            Assert.Equal(WebSocketState.Closed, socket.State);
            socket.Dispose();
        }

        if (closeTimeout == "500ms")
        {
            Assert.Equal(0, await service.EndAsync(predecessor));
        }

        await over.CancelAsync();
        await Task.WhenAny(Task.WhenAll(sending));
    }

    [Fact]
    public async Task Upgrade_asked_of_a_process_that_has_handed_over_is_sent_to_the_other()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromMinutes(1) });
        using HttpConnection kept = await HttpConnection.OpenAsync(AddressOf(service));
        Assert.Equal(400, (await kept.GetAsync("/ws")).Status);
        using HttpConnection other = await HttpConnection.OpenAsync(AddressOf(service));
        Assert.Equal(400, (await other.GetAsync("/ws")).Status);
        using HttpConnection offering = await HttpConnection.OpenAsync(AddressOf(service));
        Assert.Equal(400, (await offering.GetAsync("/ws")).Status);
        await service.RestartAsync();

        // Its answers end connections once it drains.
        while (!(await other.GetAsync("/ws")).Closes)
        {
        }

        // As some clients do with every request: it is answered as any other.
        await offering.SendGetAsync("/ws", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA");
        Assert.Equal(400, (await offering.ReceiveAsync()).Status);

        await kept.SendTextAsync(UpgradeRequest);

        HttpAnswer answer = await kept.ReceiveAsync();
        Assert.Equal((503, "0", true), (answer.Status, answer.Headers["Retry-After"], answer.Closes));
    }

    [Fact]
    public async Task Roll_back_within_the_notice_closes_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Sample() with { Probation = TimeSpan.FromMinutes(1) });
        using ClientWebSocket socket = await ConnectAsync(service);
        int predecessor = await service.RestartAsync();
        ServiceProcess.Signal(service.Pid, Libc.SIGKILL);
        await service.RolledBackAsync();

        Assert.Equal($"{predecessor} still here", await EchoAsync(socket, "still here"));
    }

    [Fact]
    public async Task Stream_of_events_ends_between_two_of_them_and_says_when_to_come_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:IdleGrace=1s"));
        using HttpConnection events = await HttpConnection.OpenAsync(AddressOf(service));
        await events.SendGetAsync("/events", "Accept: text/event-stream");

        int predecessor = await service.RestartAsync();

        // An answer without its last chunk would be a failure.
        string body = (await events.ReceiveAsync()).Text;

        // The client would come back over it, to the old process.
        await events.EndsAsync();
        string[] parts = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("\n\n", body, StringComparison.Ordinal);
        Assert.StartsWith(Ready, parts[^1], StringComparison.Ordinal);
        Assert.All(parts[..^1], part => Assert.StartsWith($"data: {predecessor} ", part, StringComparison.Ordinal));
        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    [Theory]
    [InlineData(Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets)]
    [InlineData(Microsoft.AspNetCore.Http.Connections.HttpTransportType.ServerSentEvents)]
    [InlineData(Microsoft.AspNetCore.Http.Connections.HttpTransportType.LongPolling)]
    [InlineData(Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets, true)]
    public async Task SignalR_answers_the_call_under_way_and_comes_back_to_the_new_process(
        Microsoft.AspNetCore.Http.Connections.HttpTransportType transport, bool isStateful = false)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        IHubConnectionBuilder builder = new HubConnectionBuilder()
            .WithUrl($"http://127.0.0.1:{AddressOf(service).Port}/hub", transport)
            .WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)]);
        await using HubConnection hub = (isStateful ? builder.WithStatefulReconnect() : builder).Build();
        var reconnected = new TaskCompletionSource();
        Exception? why = null;
        hub.Reconnecting += e => Task.FromResult(why = e);
        hub.Reconnected += _ => Task.FromResult(reconnected.TrySetResult());
        hub.Closed += e => Task.FromResult(reconnected.TrySetException(e ?? new InvalidOperationException("closed")));
        await hub.StartAsync(TestContext.Current.CancellationToken).InTime();
        Assert.Equal($"{service.Pid} hello", await hub.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken).InTime());
        var begun = new TaskCompletionSource();
        using IDisposable registration = hub.On<string>("Begun", _ => begun.TrySetResult());
        Task<string> slow = hub.InvokeAsync<string>("EchoLater", "slow", 3000, TestContext.Current.CancellationToken);
        await begun.Task.InTime();

        int predecessor = await service.RestartAsync();

        Assert.Equal($"{predecessor} slow", await slow.InTime());
        await reconnected.Task.InTime();
        Assert.Equal($"{service.Pid} again", await hub.InvokeAsync<string>("Echo", "again", TestContext.Current.CancellationToken).InTime());
        Assert.Null(why?.InnerException);
        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    private static string UpgradeRequest =>
        "GET /ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static ServiceSetup Sample(params IEnumerable<string> arguments) => new ServiceSetup
    {
        Command = [Path.Combine(TestBuild.UsualOf("LongLived"), "LongLived")],
    }.With([.. arguments, "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true", "--Logging:LogLevel:Microsoft.AspNetCore=Warning"]);

    // Its log lines do not begin with a pid.
    private static ServiceAddress AddressOf(ServiceProcess service) =>
        ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value);

    // Whole frames of 16 KiB, masked by zeros.
    private static async Task SendOnAsync(HttpConnection connection, bool reads, CancellationToken over)
    {
        string frame = "\u0082\u00fe\u0040\0\0\0\0\0" + new string('x', 16 * 1024);
        Task reading = reads ? ReadAsync() : Task.CompletedTask;
        while (!over.IsCancellationRequested)
        {
            await connection.SendTextAsync(frame);
            await Task.Delay(10, over);
        }

        await reading;

        async Task ReadAsync()
        {
            while (!over.IsCancellationRequested)
            {
                await connection.ReceiveBytesAsync(1);
            }
        }
    }

    private static async Task<HttpConnection> UpgradeAsync(ServiceProcess service)
    {
        HttpConnection connection = await HttpConnection.OpenAsync(AddressOf(service));
        await connection.SendTextAsync(UpgradeRequest);
        return connection;
    }

    private static async Task<ClientWebSocket> ConnectAsync(ServiceProcess service, string http = "1.1")
    {
        var socket = new ClientWebSocket();
        (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy) = (Version.Parse(http), HttpVersionPolicy.RequestVersionExact);
        var client = new HttpMessageInvoker(new SocketsHttpHandler());
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{AddressOf(service).Port}/ws"), client, TestContext.Current.CancellationToken).InTime();
        return socket;
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken).InTime();
        byte[] buffer = new byte[100];
        WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).InTime();
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
