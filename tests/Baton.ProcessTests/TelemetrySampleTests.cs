using Baton.ProcessTests.Otlp;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>samples/Telemetry, and what arrives at a collector when it is restarted.</summary>
public sealed class TelemetrySampleTests : IAsyncDisposable
{
    private readonly OtlpReceiver _receiver = new();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Restart_is_one_trace_through_both_processes_and_counted_once()
    {
        await using ServiceProcess service = await StartAsync();
        int predecessor = await service.RestartAsync();
        Assert.Equal(0, await service.EndAsync(predecessor));
        int successor = service.Pid;
        await service.Log.FirstAsync($"Process {successor}, generation 2: OnProbation -> Serving");
        await service.StopAsync();

        OtlpSpan restart = Assert.Single(_receiver.Spans, s => s.Name == "restart");
        Assert.Equal((predecessor, "Baton", ""), (restart.Pid, restart.Scope, restart.ParentSpanId));
        Assert.Equal(
            ("SIGUSR2", "2", $"{successor}", "succeeded"),
            (restart.Attributes["baton.trigger"], restart.Attributes["baton.generation"], restart.Attributes["baton.successor.pid"], restart.Attributes["baton.outcome"]));
        OtlpSpan[] parts = [.. _receiver.Spans.Where(s => s.ParentSpanId == restart.SpanId).OrderBy(s => s.Begun)];
        Assert.Equal(["spawn", "starting", "hosted services", "warm-up", "commit", "probation", "drain"], parts.Where(s => s.Pid == predecessor).Select(s => s.Name).OrderBy(Order));
        Assert.Equal(["start", "starting", "hosted services", "warm-up", "ready", "probation"], parts.Where(s => s.Pid == successor).Select(s => s.Name));
        Assert.All(parts, s => Assert.Equal((restart.TraceId, "Baton"), (s.TraceId, s.Scope)));
        Assert.All(_receiver.Spans, s => Assert.Null(s.Error));
        Assert.All(parts, s => Assert.True(s.Begun <= s.Ended, s.Name));

        // The shutdown at the end belongs to no restart.
        Assert.NotEqual(restart.TraceId, Assert.Single(_receiver.Spans, s => s.Name == "drain" && s.Pid == successor).TraceId);

        OtlpPoint restarts = _receiver.Points.Last(p => p.Name == "baton.restarts");
        Assert.Equal((predecessor, "{restart}", 1, "succeeded"), (restarts.Pid, restarts.Unit, restarts.Value, restarts.Attributes["baton.outcome"]));
        Assert.DoesNotContain(_receiver.Points, p => p.Name == "baton.restarts" && (p.Pid == successor || p.Value > 1));
        Assert.Contains(_receiver.Points, p => p.Name == "baton.generation" && p.Pid == predecessor && p.Value == 1);
        Assert.Contains(_receiver.Points, p => p.Name == "baton.generation" && p.Pid == successor && p.Value == 2);
        Assert.Equal(
            ["commit", "hosted services", "probation", "spawn", "starting", "warm-up"],
            _receiver.Points.Where(p => p.Name == "baton.restart.phase.duration").Select(p => p.Attributes["baton.phase"]).Distinct().Order());
    }

    [Fact]
    public async Task Restart_that_is_asked_by_a_request_is_a_part_of_its_trace()
    {
        await using ServiceProcess service = await StartAsync();
        int after = service.Log.Length;
        using var client = new HttpClient();
        using var ask = new HttpRequestMessage(HttpMethod.Post, $"{Address(service)}restart");
        ask.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using HttpResponseMessage answer = await client.SendAsync(ask, TestContext.Current.CancellationToken);
        int predecessor = await service.RestartedAsync(after);
        Assert.Equal($"Process {service.Pid} serves\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await service.EndAsync(predecessor));
        await service.StopAsync();

        OtlpSpan request = Assert.Single(_receiver.Spans, s => s.ParentSpanId == "b7ad6b7169203331");
        OtlpSpan restart = Assert.Single(_receiver.Spans, s => s.Name == "restart");
        Assert.Equal((request.SpanId, "0af7651916cd43dd8448eb211c80319c"), (restart.ParentSpanId, restart.TraceId));
        Assert.Contains(_receiver.Spans, s => s.Name == "ready" && s.Pid == service.Pid && s.TraceId == restart.TraceId);
    }

    [Fact]
    public async Task Restart_that_fails_is_an_error_that_says_why()
    {
        await using ServiceProcess service = await StartAsync();
        service.WriteSettings("""{"Urls":"http://127.0.0.1:0","GracefulRestart":{"DrainTimout":"00:00:10"}}""");
        await service.FailToRestartAsync();
        await service.StopAsync();

        OtlpSpan restart = Assert.Single(_receiver.Spans, s => s.Name == "restart");
        Assert.Contains("DrainTimout", restart.Error, StringComparison.Ordinal);
        Assert.Equal("failed", restart.Attributes["baton.outcome"]);
        OtlpPoint restarts = _receiver.Points.Last(p => p.Name == "baton.restarts");
        Assert.Equal((1, "failed", restart.Attributes["error.type"]), (restarts.Value, restarts.Attributes["baton.outcome"], restarts.Attributes["error.type"]));
    }

    // As its log names it: on lines that do not begin with a pid.
    private static string Address(ServiceProcess service) => service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value + "/";

    private static int Order(string phase) => Array.IndexOf(["spawn", "starting", "hosted services", "warm-up", "commit", "probation", "drain"], phase);

    private Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync(new ServiceSetup
    {
        Command = [Path.Combine(TestBuild.UsualOf("Telemetry"), "Telemetry")],
        Arguments = ["--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true"],
        Settings = """{"Urls":"http://127.0.0.1:0"}""",
        Probation = TimeSpan.FromMilliseconds(500),
        Environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _receiver.Endpoint, ["OTEL_METRIC_EXPORT_INTERVAL"] = "200" },
    });
}
