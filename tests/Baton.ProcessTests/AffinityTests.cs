using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace Baton.ProcessTests;

/// <summary>D4: requests that belong to a SignalR connection of the old process reach it, although the new one gets them.</summary>
public sealed class AffinityTests
{
    private const char End = '\u001e';

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Calls_after_the_handover_reach_the_hub_of_their_connection_until_it_is_closed(HttpTransportType transport)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Sample(notice: "3s"));
        var failed = new ConcurrentQueue<string>();
        await using HubConnection hub = new HubConnectionBuilder()
            .WithUrl($"http://127.0.0.1:{PortOf(service)}/hub", transport, o => o.HttpMessageHandlerFactory = inner => new WatchedHandler(inner, failed))
            .WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)])
            .Build();
        var reconnected = new TaskCompletionSource();
        hub.Reconnected += _ => Task.FromResult(reconnected.TrySetResult());
        hub.Closed += e => Task.FromResult(reconnected.TrySetException(e ?? new InvalidOperationException("closed")));
        await hub.StartAsync(Cancel).InTime();
        Assert.Equal($"{service.Pid} 0", await hub.InvokeAsync<string>("Echo", "0", Cancel).InTime());

        int predecessor = await service.RestartAsync();

        // The first requests go over kept connections, and end them. The others need new ones, which the successor accepts.
        for (int i = 1; i <= 8; i++)
        {
            Assert.Equal($"{predecessor} {i}", await hub.InvokeAsync<string>("Echo", $"{i}", Cancel).InTime());
        }

        await reconnected.Task.InTime();
        Assert.Equal($"{service.Pid} last", await hub.InvokeAsync<string>("Echo", "last", Cancel).InTime());
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Empty(failed);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Negotiation_of_the_old_process_can_be_used_at_the_new_one(string http)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Sample(notice: "3s", http == "1.1" ? [] : ["--Kestrel:EndpointDefaults:Protocols=Http2"]));
        var at = new Uri($"http://127.0.0.1:{PortOf(service)}");
        using var client = new HttpClient { DefaultRequestVersion = Version.Parse(http), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Assert.Equal(200, (int)(await client.PostAsync(new Uri(at, "/hub/negotiate?negotiateVersion=1"), content: null, Cancel).InTime()).StatusCode);

        int predecessor = await service.RestartAsync();

        // Over the kept connection.
        using HttpResponseMessage negotiated = await client.PostAsync(new Uri(at, "/hub/negotiate?negotiateVersion=1"), content: null, Cancel).InTime();
        string token = JsonDocument.Parse(await negotiated.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("connectionToken").GetString()!;
        using var socket = new ClientWebSocket();
        (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy) = (Version.Parse(http), HttpVersionPolicy.RequestVersionExact);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{at.Port}/hub?id={token}"), invoker, Cancel).InTime();
        await SendAsync("""{"protocol":"json","version":1}""");
        Assert.Equal("{}", await ReceiveAsync());
        await SendAsync("""{"type":1,"invocationId":"1","target":"Echo","arguments":["hello"]}""");
        string answer;
        while (!(answer = await ReceiveAsync()).Contains("invocationId", StringComparison.Ordinal))
        {
        }

        Assert.Contains($"{predecessor} hello", answer, StringComparison.Ordinal);
        while (!(answer = await ReceiveAsync()).Contains("allowReconnect", StringComparison.Ordinal))
        {
        }

        Assert.Contains("true", answer, StringComparison.Ordinal);
        Assert.Equal(WebSocketMessageType.Close, (await socket.ReceiveAsync(new byte[100], Cancel).InTime()).MessageType);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Cancel).InTime();
        Assert.Equal(0, await service.EndAsync(predecessor));

        Task SendAsync(string message) => socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, endOfMessage: true, Cancel).InTime();

        async Task<string> ReceiveAsync()
        {
            byte[] buffer = new byte[4096];
            WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, Cancel).InTime();
            return Encoding.UTF8.GetString(buffer, 0, received.Count).Trim(End);
        }
    }

    // The token of nobody: SignalR's own answer, and no other process is disturbed by it.
    [Fact]
    public async Task Request_of_an_unknown_connection_gets_the_answer_of_SignalR()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Sample(notice: "0s") with { Probation = TimeSpan.FromHours(1) });
        await service.RestartAsync();
        using var client = new HttpClient();
        using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://127.0.0.1:{PortOf(service)}/hub?id=AAAAAAAAAAAAAAAAAAAAAA"), Cancel).InTime();
        Assert.Equal(404, (int)answer.StatusCode);
        Assert.Contains("No Connection with that ID", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static ServiceSetup Sample(string notice, params IEnumerable<string> arguments) => new ServiceSetup
    {
        Command = [Path.Combine(TestBuild.UsualOf("LongLived"), "LongLived")],
    }.With(
    [
        $"--GracefulRestart:LongLived:Notice={notice}", "--GracefulRestart:LongLived:CloseSpread=0s", .. arguments,
        "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true", "--Logging:LogLevel:Microsoft.AspNetCore=Warning",
    ]);

    // Its log lines do not begin with a pid.
    private static int PortOf(ServiceProcess service) =>
        ServiceAddress.Parse(service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value).Port;

    /// <summary>Notes what was not answered as it should be.</summary>
    private sealed class WatchedHandler(HttpMessageHandler inner, ConcurrentQueue<string> failed) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);

            // The last poll may have told SignalR that the client knows of the end: then the client's goodbye finds nothing.
            if (!response.IsSuccessStatusCode && request.Method != HttpMethod.Delete)
            {
                failed.Enqueue($"{request.Method} {request.RequestUri} {response.StatusCode}");
            }

            return response;
        }
    }
}
