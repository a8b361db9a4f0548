using System.Diagnostics;
using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>The clients of JavaScript's world through three restarts: each sees a polite end, and comes back by itself.</summary>
public sealed class JsClientTests
{
    private const int Restarts = 3;

    // Told and closed at once, so that a test need not wait.
    private static readonly string[] s_arguments =
    [
        "--GracefulRestart:LongLived:Notice=0s", "--GracefulRestart:LongLived:CloseSpread=0s", "--GracefulRestart:IdleGrace=1s",
        "--Logging:Console:FormatterName=simple", "--Logging:Console:FormatterOptions:SingleLine=true", "--Logging:LogLevel:Grpc=Error", "--Logging:LogLevel:Microsoft.AspNetCore=Warning",
    ];

    [Fact]
    public async Task Web_socket_event_source_and_SignalR()
    {
        await using ServiceProcess service = await StartAsync("LongLived");
        await using var clients = new NodeProgram("longlived.js", AddressOf(service));
        await AllReachAsync(service.Pid);
        for (int i = 0; i < Restarts; i++)
        {
            int predecessor = await service.RestartAsync();
            await AllReachAsync(service.Pid);
            Assert.Equal(0, await service.EndAsync(predecessor));
        }

        await clients.EndAsync();
        Assert.Equal(Enumerable.Repeat("ws closed 1012 service restart", Restarts), clients.Log.All("ws closed .*").Select(m => m.Value));
        Assert.Equal(Enumerable.Repeat("events gone politely", Restarts), clients.Log.All("events gone .*").Select(m => m.Value));

        // A negotiation that the old process has answered brings the hub back to it, for a moment.
        Assert.InRange(clients.Log.All("hub gone .*").Count, Restarts, 2 * Restarts);
        Assert.Empty(clients.Log.All("1006|failed"));

        async Task AllReachAsync(int pid)
        {
            await clients.Log.FirstAsync($"^ws {pid} hello");
            await clients.Log.FirstAsync($"^events {pid}$");
            await clients.Log.FirstAsync($"^hub {pid} hello");
        }
    }

    // The posts of server-sent events and long polls come over connections that the new process accepts.
    [Fact]
    public async Task SignalR_by_server_sent_events_and_by_long_polling_never_gets_404()
    {
        await using ServiceProcess service = await StartAsync("LongLived", "--GracefulRestart:LongLived:Notice=2s");
        await using var clients = new NodeProgram("affinity.js", AddressOf(service));
        await AllAnsweredByAsync(service.Pid);
        for (int i = 0; i < Restarts; i++)
        {
            int predecessor = await service.RestartAsync();
            await AllAnsweredByAsync(service.Pid);
            Assert.Equal(0, await service.EndAsync(predecessor));
        }

        await clients.EndAsync();
        Assert.Equal(Enumerable.Repeat("gone politely", 2 * Restarts), clients.Log.All("gone .*").Select(m => m.Value));
        Assert.Empty(clients.Log.All("status .*|.* failed.*").Select(m => m.Value));

        async Task AllAnsweredByAsync(int pid)
        {
            await clients.Log.FirstAsync($"^sse answer {pid} ");
            await clients.Log.FirstAsync($"^polls answer {pid} ");
        }
    }

    [Fact]
    public async Task Grpc_calls_all_succeed_and_each_is_executed_once_and_streams_end_as_unavailable()
    {
        await using ServiceProcess service = await StartAsync("Grpc");
        await using var client = new NodeProgram("grpc.js", AddressOf(service).Replace("http://", "", StringComparison.Ordinal), Path.Combine(Repository.Root, "samples/Grpc/greeter.proto"));
        for (int i = 0; i <= Restarts; i++)
        {
            if (i > 0)
            {
                int predecessor = await service.RestartAsync();
                await client.Log.FirstAsync($"^stream {service.Pid}$");
                Assert.Equal(0, await service.EndAsync(predecessor));
            }

            await client.Log.FirstAsync($"^stream {service.Pid}$");
            await client.Log.FirstAsync($"^reply {service.Pid} ");
        }

        await client.EndAsync();
        await service.StopAsync();

        Assert.Equal(Enumerable.Repeat("stream gone UNAVAILABLE service restart", Restarts), client.Log.All("stream gone .*").Select(m => m.Value));
        Assert.Empty(client.Log.All("^failed .*").Select(m => m.Value));
        foreach (IGrouping<string, Match> process in client.Log.All(@"^reply (?<pid>\d+) (?<calls>\d+)").GroupBy(m => m.Groups["pid"].Value))
        {
            string executed = (await service.Log.FirstAsync($@"{process.Key} executed (?<calls>\d+) calls")).Groups["calls"].Value;
            Assert.Equal(Enumerable.Range(1, int.Parse(executed, null)), process.Select(m => int.Parse(m.Groups["calls"].Value, null)).Order());
        }
    }

    private static Task<ServiceProcess> StartAsync(string sample, params IEnumerable<string> arguments) =>
        ServiceProcess.StartAsync(new ServiceSetup { Command = [Path.Combine(TestBuild.UsualOf(sample), sample)] }.With([.. s_arguments, .. arguments]));

    private static string AddressOf(ServiceProcess service) =>
        service.Log.All(@"Now listening on: (?<address>\S+)")[^1].Groups["address"].Value;

    /// <summary>A program of tests/JsClients, with the packages that test.sh has installed.</summary>
    private sealed class NodeProgram : IAsyncDisposable
    {
        private static readonly string s_packages = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../js-clients/node_modules"));
        private readonly Process _process;

        internal NodeProgram(string script, params IEnumerable<string> arguments)
        {
            Assert.SkipUnless(Directory.Exists(s_packages), $"{s_packages} is not there: source eng/prepare.sh; install_js_clients");
            var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "tests/JsClients", script), .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["NODE_PATH"] = s_packages;
            _process = Process.Start(start)!;
            Log.Read(_process.StandardOutput, _process.StandardError);
        }

        internal ServiceLog Log { get; } = new();

        internal async Task EndAsync()
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).InTime();
            Assert.Equal(0, _process.ExitCode);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }

            TestOutput.Write(Log.ToString());
            _process.Dispose();
        }
    }
}
