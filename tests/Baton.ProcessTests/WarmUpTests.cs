using System.Net.Http.Json;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>G1, G4: what is requested before anybody else can, and what comes of requests that fail.</summary>
public sealed class WarmUpTests
{
    [Theory] // G1
    [Jit("The area: the warm-up.")]
    [InlineData(HttpVariant.Http1, "HTTP/1.1", "http")]
    [InlineData(HttpVariant.Http1OverTls, "HTTP/2", "https")]
    [InlineData(HttpVariant.Http2, "HTTP/2", "http")]
    [InlineData(HttpVariant.Http2OverTls, "HTTP/2", "https")]
    public async Task Every_endpoint_is_warmed_up_in_its_own_protocol_and_marked(string name, string protocol, string scheme)
    {
        using var variant = new HttpVariant(name);
        await using ServiceProcess service = await ServiceProcess.StartAsync(variant.Setup);
        service.SetNextBehaviour("listen-to-metrics");
        await service.RestartAsync();

        using HttpClient client = variant.NewClient(service.Address);
        string[]? seen = await client.GetFromJsonAsync<string[]>("/warmed-up", TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Repeat($"{protocol} GET {scheme}://localhost/ from 127.0.0.1, X-Baton-Warm-Up: 1, tagged: True", 2), seen);
        Assert.Matches("Warmed up with 2 requests", service.Log.All($@"\[{service.Pid}\] .*Warmed up.*")[0].Value);
        Assert.Empty(service.Log.All("Warm-up: "));
    }

    [Fact] // G1
    [Jit("The area: the warm-up.")]
    public async Task All_endpoints_and_configured_requests_are_used_before_the_service_serves()
    {
        using var directory = new TemporaryDirectory();
        await using ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn("http://127.0.0.1:0", $"http://unix:{directory.PathOf("socket")}").With(
            "--GracefulRestart:WarmUp:Rounds=1", "--GracefulRestart:WarmUp:Host=example.org",
            "--GracefulRestart:WarmUp:Requests:0:Path=/echo?a=b", "--GracefulRestart:WarmUp:Requests:0:Method=POST", "--GracefulRestart:WarmUp:Requests:1=/no-such-page",
            "--GracefulRestart:WarmUp:Requests:2=/"));

        string text = (await HttpConnection.GetOnceAsync(service.Address, "/warmed-up")).Text;
        string line = service.Log.ToString().Split('\n').First(l => l.Contains("Warmed up", StringComparison.Ordinal) || l.Contains("Starting -> Serving", StringComparison.Ordinal));

        foreach (string from in (string[])["127.0.0.1", ""])
        {
            Assert.Contains($"HTTP/1.1 GET http://example.org/ from {from},", text, StringComparison.Ordinal);
            Assert.Contains($"HTTP/1.1 POST http://example.org/echo?a=b from {from},", text, StringComparison.Ordinal);
            Assert.Contains($"HTTP/1.1 GET http://example.org/no-such-page from {from},", text, StringComparison.Ordinal);
        }

        Assert.Contains("Warmed up with 6 requests", line, StringComparison.Ordinal);
        Assert.Empty(service.Log.All("Warm-up: "));
    }

    [Fact]
    public async Task Client_can_not_pass_for_the_warm_up()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:WarmUp:Enabled=false"));
        using HttpConnection connection = await HttpConnection.OpenAsync(service.Address);

        await connection.SendGetAsync("/", "X-Baton-Warm-Up: 1");
        Assert.Equal("hello", (await connection.ReceiveAsync()).Text);

        Assert.Equal("[]", (await connection.GetAsync("/warmed-up")).Text);
        Assert.Empty(service.Log.All("Warmed up"));
    }

    [Fact] // G4
    [Jit("The area: the warm-up.")]
    public async Task Request_that_fails_is_reported_and_the_service_serves()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        service.SetNextBehaviour("fail-in-warm-up");

        await service.RestartAsync();

        Assert.Single(service.Log.All(@"Warm-up: GET / at http://127\.0\.0\.1:\d+: answered 503"));
        await service.Log.FirstAsync($@"Successor {service.Pid}: warm-up: GET / at http://127\.0\.0\.1:\d+: answered 503");
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);
    }

    [Theory] // G4
    [InlineData("fail-in-warm-up", "answered 503")]
    [InlineData("hang-in-warm-up", "no answer in time")]
    public async Task Request_that_fails_where_it_must_not_backs_out_with_its_words(string behaviour, string words)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:WarmUp:Required=true", "--GracefulRestart:WarmUp:Timeout=00:00:10"));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        service.SetNextBehaviour(behaviour);

        string line = await service.FailToRestartAsync();

        Assert.Matches($@"could not start: RestartException: The warm-up failed: GET / at http://127\.0\.0\.1:\d+: {words}\. It is required", line);
        service.SetNextBehaviour("");
        await service.RestartAsync();
        await load.EndWithoutFailureAsync();
    }

    [Theory] // G4
    [InlineData("--GracefulRestart:WarmUp:Timeout=00:00:03")]
    [InlineData("--GracefulRestart:ReadyTimeout=00:00:03")]
    public async Task Request_that_hangs_is_reported_and_holds_up_neither_the_start_nor_the_drain(string limit)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { FirstBehaviour = "hang-in-warm-up" }.With(limit));

        Assert.Single(service.Log.All(@"Warm-up: GET / at http://127\.0\.0\.1:\d+: no answer in time"));
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);

        // Were it still open, it would be cut at the drain timeout: that is another exit code.
        int pid = service.Pid;
        service.Signal(Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(pid));
    }
}
