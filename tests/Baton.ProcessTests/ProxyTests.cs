using Baton.ProcessTests.Http;
using Baton.ProcessTests.Proxies;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>Behind nginx and HAProxy, with the configuration of samples/proxies and clients that never ask twice.</summary>
public sealed class ProxyTests : IDisposable
{
    private const int Restarts = 20;
    private const int ClientsOfEach = 8;
    private const int IdleConnections = 8;

    private readonly TemporaryDirectory _directory = new();

    // A generation more with each restart, and none may be forced: that would close connections that a proxy is about to use.
    private ServiceSetup Setup => ServiceSetup.ListeningOn("http://127.0.0.1:0", $"http://unix:{_directory.PathOf("service.sock")}").With("--GracefulRestart:MaxGenerations=30");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)] // The hard case: what the service does wrong, the client sees.
    [InlineData(true)] // As the proxies do by themselves.
    public async Task Twenty_restarts_behind_proxies_cost_no_request_and_no_upstream_error(bool retries)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (ServiceAddress tcp, ServiceAddress unix) = (service.Addresses[0], service.Addresses[1]);
        await using Nginx nginx = await Nginx.StartAsync(tcp, retries);
        await using Nginx nginxToUnix = await Nginx.StartAsync(unix, retries);
        await using Haproxy haproxy = await Haproxy.StartAsync(tcp, retries);
        await using Haproxy haproxyToUnix = await Haproxy.StartAsync(unix, retries);
        Proxy[] proxies = [nginx, nginxToUnix, haproxy, haproxyToUnix];
        int started = 0;
        await using BackgroundLoad load = BackgroundLoad.Start(
            ClientsOfEach * proxies.Length, () => NewClient(proxies, Interlocked.Increment(ref started)), TimeSpan.FromMilliseconds(20));

        for (int i = 0; i < Restarts; i++)
        {
            await load.MoreAsync(500);
            await service.RestartAsync();
        }

        await load.EndWithoutFailureAsync();
        foreach (Proxy proxy in proxies)
        {
            await proxy.AssertNoUpstreamErrorAsync();
        }

        Assert.Empty(service.Log.All("forced by|Forced process"));
    }

    [Fact]
    public async Task Idle_connections_that_a_departing_process_closed_are_not_used_again()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:IdleGrace=00:00:00.5"));
        await using Nginx nginx = await Nginx.StartAsync(service.Address, retries: false);
        await using Haproxy haproxy = await Haproxy.StartAsync(service.Address, retries: false);
        Proxy[] proxies = [nginx, haproxy];

        await AskAtOnceAsync(proxies);
        int predecessor = await service.RestartAsync();
        Assert.Equal(0, await service.EndAsync(predecessor));
        await AskAtOnceAsync(proxies);

        foreach (Proxy proxy in proxies)
        {
            await proxy.AssertNoUpstreamErrorAsync();
        }
    }

    [Fact]
    public async Task Stop_and_start_of_one_of_two_instances_costs_no_request()
    {
        ServiceSetup[] setups = [.. Enumerable.Range(0, 2).Select(_ => ServiceSetup.ListeningOn($"http://127.0.0.1:{FreePort.Next()}").With(
            "--GracefulRestart:ShutdownIdleGrace=3s", "--GracefulRestart:AcceptDuringShutdownIdleGrace=true"))];
        await using ServiceProcess other = await ServiceProcess.StartAsync(setups[1]);
        await using ServiceProcess instance = await ServiceProcess.StartAsync(setups[0]);
        await using Nginx nginx = await Nginx.StartAsync(instance.Address, other.Address);
        await using Haproxy haproxy = await Haproxy.StartAsync(instance.Address, other.Address);
        Proxy[] proxies = [nginx, haproxy];
        int started = 0;
        await using BackgroundLoad load = BackgroundLoad.Start(
            ClientsOfEach * proxies.Length, () => NewClient(proxies, Interlocked.Increment(ref started)), TimeSpan.FromMilliseconds(20));
        await load.MoreAsync(200);

        instance.Signal(Libc.SIGTERM);
        Assert.Equal(0, await instance.EndAsync(instance.Pid));
        await load.MoreAsync(200);
        await using ServiceProcess again = await ServiceProcess.StartAsync(setups[0]);
        await load.MoreAsync(200);
        other.Signal(Libc.SIGTERM);
        Assert.Equal(0, await other.EndAsync(other.Pid));

        await load.EndWithoutFailureAsync();
    }

    private static ILoadClient NewClient(Proxy[] proxies, int number)
    {
        ServiceAddress address = proxies[number % proxies.Length].Address;
        return (number / proxies.Length % 4) switch
        {
            0 => new KeepAliveClient(address),
            1 => new NewConnectionClient(address),
            2 => new RawPostClient(address, keepsConnection: true),
            _ => new RawPostClient(address, keepsConnection: false),
        };
    }

    /// <summary>So many requests at the same time that each proxy has to open as many connections to the service.</summary>
    private static Task AskAtOnceAsync(Proxy[] proxies) => Task.WhenAll(proxies.SelectMany(proxy => Enumerable.Range(0, IdleConnections).Select(async _ =>
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(proxy.Address, "/sleep?ms=300")).Status))));
}
