using System.Net.Security;
using System.Text;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>Connections of Kestrel that HTTP does not have: a connection handler, or middleware that takes them over.</summary>
public sealed class RawTcpTests
{
    private const string Patient = "--GracefulRestart:DrainTimeout=01:00:00";
    private const string KeepsIdle = "--GracefulRestart:IdleGrace=01:00:00";

    [Theory]
    [InlineData("handler")]
    [InlineData("tls-handler")]
    [InlineData("lambda")]
    [InlineData("sniffing")]
    public async Task Connection_without_http_is_told_when_the_drain_begins_and_waited_for(string endpoint)
    {
        using var certificate = new TestCertificate();
        await using ServiceProcess service = await StartAsync(endpoint, [Patient, KeepsIdle, .. certificate.Default]);
        await using Stream raw = await OpenAsync(service.Addresses[1]);
        Assert.Equal("!ask", await AskAsync(raw, "!ask", "!ask".Length));

        // On an endpoint that has HTTP too, a young connection may be on its way there.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        int predecessor = await service.RestartAsync();

        Assert.Equal("told\n", await ReadAsync(raw, "told\n".Length));
        await Deadline.UntilAsync(async () => (await HttpConnection.GetOnceAsync(service.Address, "/status")).Text.Contains("\"raw\":1", StringComparison.Ordinal));
        Assert.Equal("more", await AskAsync(raw, "more", "more".Length));
        Assert.True(ProcessTable.IsAlive(predecessor));
        await raw.DisposeAsync();
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Empty(service.Log.All("forced by"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_without_http_that_stays_is_cut_at_the_drain_limit_and_counted(bool restart)
    {
        await using ServiceProcess service = await StartAsync("handler", ["--GracefulRestart:DrainTimeout=00:00:01", KeepsIdle]);
        await using Stream raw = await OpenAsync(service.Addresses[1]);
        Assert.Equal("ask", await AskAsync(raw, "ask", "ask".Length));
        int pid = service.Pid;

        if (restart)
        {
            await service.RestartAsync();
        }
        else
        {
            service.Signal(Libc.SIGTERM);
        }

        Assert.Equal("told\n", await ReadAsync(raw, "told\n".Length));
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(pid));
        Assert.Single(service.Log.All($"Process {pid} forced by the drain timeout of 1 s: cut 1 connections and 0 requests"));
    }

    [Fact]
    public async Task Warm_up_leaves_endpoints_without_http_alone_and_finds_http_behind_middleware()
    {
        using var certificate = new TestCertificate();

        // Everything that it wrote to a handler would be waited for in vain, and a start that fails says so.
        string[] strict = ["--GracefulRestart:WarmUp:Required=true", "--GracefulRestart:WarmUp:Timeout=00:01:00"];
        await using ServiceProcess service = await StartAsync("handler,tls-handler,wrapped", [.. strict, .. certificate.Default]);
        Assert.Equal("0 connections, 0 bytes", (await HttpConnection.GetOnceAsync(service.Address, "/raw")).Text);
        Assert.Single(service.Log.All("Warmed up with 4 requests"));
        Assert.Equal(2, service.Log.All("Warm-up: nothing is sent to .*: its connections go to a connection handler").Count);
        Assert.Equal("hello", (await HttpConnection.GetOnceAsync(service.Addresses[3])).Text);
    }

    [Fact]
    public async Task Warm_up_sends_nothing_to_middleware_that_reads_before_http_does()
    {
        await using ServiceProcess service = await StartAsync("lambda,sniffing", ["--GracefulRestart:WarmUp:Required=true", "--GracefulRestart:WarmUp:Timeout=00:01:00"]);
        Assert.Equal("1 connections, 0 bytes", (await HttpConnection.GetOnceAsync(service.Address, "/raw")).Text);
        Assert.Single(service.Log.All("Warmed up with 2 requests"));
        Assert.Equal("hello", (await HttpConnection.GetOnceAsync(service.Addresses[2])).Text);
    }

    private static Task<ServiceProcess> StartAsync(string endpoints, IEnumerable<string> options) =>
        ServiceProcess.StartAsync(new ServiceSetup { Arguments = [$"--Endpoints=http,{endpoints}", .. options] });

    private static async Task<Stream> OpenAsync(ServiceAddress address)
    {
        var socket = address.NewSocket();
        await socket.ConnectAsync(address.EndPoint).InTime();
        var stream = new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        if (!address.Tls)
        {
            return stream;
        }

        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false, TestCertificate.IsIt);
        await encrypted.AuthenticateAsClientAsync("localhost").InTime();
        return encrypted;
    }

    private static async Task<string> AskAsync(Stream stream, string text, int length)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
        return await ReadAsync(stream, length);
    }

    private static async Task<string> ReadAsync(Stream stream, int length)
    {
        byte[] buffer = new byte[length];
        await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken).AsTask().InTime();
        return Encoding.ASCII.GetString(buffer);
    }
}
