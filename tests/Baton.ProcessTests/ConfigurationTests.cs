using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C5, C6: a restart with another configuration.</summary>
[Jit("The area: configuration.")]
public sealed class ConfigurationTests
{
    [Fact]
    public async Task Address_that_was_added_is_bound_and_the_others_stay()
    {
        await using ServiceProcess service = await StartAsync("http://127.0.0.1:0");
        ServiceAddress kept = service.Address;

        service.WriteSettings(EndpointSettings.Of("http://127.0.0.1:0", "http://[::1]:0"));
        await service.RestartAsync();

        Assert.Equal(kept, service.Addresses[0]);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Addresses[1])).Pid);
    }

    [Fact]
    public async Task Address_that_was_removed_is_closed_and_the_others_stay()
    {
        await using ServiceProcess service = await StartAsync("http://127.0.0.1:0", "http://[::1]:0");
        IReadOnlyList<ServiceAddress> before = service.Addresses;

        service.WriteSettings(EndpointSettings.Of("http://127.0.0.1:0"));
        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        Assert.Equal([before[0]], service.Addresses);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(before[0])).Pid);
        Assert.False(before[1].Accepts());
        Assert.Single(service.Log.All(@"Closed tcp:\[::1\]:0: inherited, but this configuration does not use it"));
        await Deadline.UntilAsync(() => ProcessTable.Sockets(service.Pid).Distinct().Count() == 1 + ServiceProcess.ControlSockets);
    }

    [Theory]
    [InlineData("127.0.0.1", "0.0.0.0")]
    [InlineData("localhost", "*")]
    public async Task Wider_address_on_the_same_port_is_taken_and_nobody_who_uses_the_old_one_notices(string before, string after)
    {
        int port = FreePort.Next();
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup
        {
            Arguments = [], Settings = EndpointSettings.Of($"http://{before}:{port}"), Probation = TimeSpan.FromSeconds(3),
        });
        ServiceAddress old = ServiceAddress.Parse($"http://127.0.0.1:{port}");
        await using BackgroundLoad load = BackgroundLoad.Start(4, () => new NewConnectionClient(old), TimeSpan.FromMilliseconds(20));

        service.WriteSettings(EndpointSettings.Of($"http://{after}:{port}"));
        int predecessor = await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(old)).Pid);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(ServiceAddress.Parse($"http://127.0.0.2:{port}"))).Pid);
        await service.EndAsync(predecessor);

        // The old listener is emptied and closed, and nothing of it is passed on.
        await service.Log.FirstAsync($@"Closed tcp:127\.0\.0\.1:{port}: the server no longer uses it");
        await service.RestartAsync();
        await load.EndWithoutFailureAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(old)).Pid);
    }

    [Fact]
    public async Task Wider_address_on_the_same_port_is_given_up_in_a_roll_back()
    {
        int port = FreePort.Next();
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup
        {
            Arguments = [], Settings = EndpointSettings.Of($"http://127.0.0.1:{port}"), Probation = TimeSpan.FromMinutes(10),
        });
        service.WriteSettings(EndpointSettings.Of($"http://*:{port}"));
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(ServiceAddress.Parse($"http://127.0.0.2:{port}"))).Pid);

        service.Signal(Libc.SIGKILL);
        await service.RolledBackAsync();

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await Deadline.UntilAsync(() => !ServiceAddress.Parse($"http://127.0.0.2:{port}").Accepts());
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(ServiceAddress.Parse($"http://127.0.0.2:{port}"))).Pid);
    }

    [Fact]
    public async Task Narrower_address_on_the_same_port_fails_the_restart_and_says_who_has_it()
    {
        int port = FreePort.Next();
        await using ServiceProcess service = await StartAsync($"http://0.0.0.0:{port}");
        service.WriteSettings(EndpointSettings.Of($"http://127.0.0.1:{port}"));

        string failure = await service.FailToRestartAsync();

        Assert.Contains($"it is held by this service (process {service.Pid}, the predecessor of process", failure, StringComparison.Ordinal);
        Assert.Contains($"which listens on tcp:0.0.0.0:{port}", failure, StringComparison.Ordinal);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Address_of_another_process_fails_the_restart_and_nothing_else()
    {
        using var other = new OccupiedPort();
        await using ServiceProcess service = await StartAsync("http://127.0.0.1:0");
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        service.WriteSettings(EndpointSettings.Of("http://127.0.0.1:0", $"http://{other.Address}"));
        string line = await service.FailToRestartAsync();

        Assert.Contains(other.Address, line, StringComparison.Ordinal);
        Assert.Contains("address already in use", line, StringComparison.Ordinal);
        Assert.EndsWith($"Process {service.Pid} keeps serving.", line, StringComparison.Ordinal);
        Assert.Single(service.Log.All("Restart failed"));
        other.Release();
        await service.RestartAsync();
        await load.EndWithoutFailureAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Addresses[1])).Pid);
    }

    [Fact]
    public async Task Address_that_Kestrel_dropped_on_reload_is_closed_and_not_handed_over()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup
        {
            Arguments = [],
            Settings = EndpointSettings.Of("http://127.0.0.1:0", "http://[::1]:0"),
            Environment = new Dictionary<string, string> { ["DOTNET_hostBuilder__reloadConfigOnChange"] = "true" },
        });
        IReadOnlyList<ServiceAddress> before = service.Addresses;

        service.WriteSettings(EndpointSettings.Of("http://127.0.0.1:0"));
        await service.Log.FirstAsync(@"Closed tcp:\[::1\]:0: the server no longer uses it");
        await Deadline.UntilAsync(() => !before[1].Accepts());
        await service.RestartAsync();

        Assert.Equal([before[0]], service.Addresses);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(before[0])).Pid);
    }

    private static Task<ServiceProcess> StartAsync(params IEnumerable<string> urls) =>
        ServiceProcess.StartAsync(new ServiceSetup { Arguments = [], Settings = EndpointSettings.Of(urls) });
}
