using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>Turned off, and turned on wrongly.</summary>
[Jit("The area: the admin API.")]
public sealed class EnabledTests
{
    [Fact]
    public async Task Service_that_is_turned_off_is_a_plain_one()
    {
        await using ServiceProcess service = await LaunchAsync();
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        service.Signal(Libc.SIGTERM);
        latch.Open();

        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Empty(service.Log.All(@"Baton\["));
    }

    [Fact]
    public async Task Service_that_is_turned_off_has_no_restarter_and_no_handler_of_ours()
    {
        await using ServiceProcess service = await LaunchAsync();

        Assert.Equal(500, (await HttpConnection.GetOnceAsync(service.Address, "/status")).Status);
        await service.Log.FirstAsync("Graceful restart is turned off");
        service.Signal(Libc.SIGUSR2);

        Assert.Equal(128 + Libc.SIGUSR2, await service.EndAsync(service.Pid));
    }

    [Fact]
    public async Task Typo_in_the_section_stops_the_start_and_costs_a_restart_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();

        service.WriteSettings("""{ "GracefulRestart": { "DrainTimout": "20s", "MaxGenerations": "lots" } }""");
        string line = await service.FailToRestartAsync();

        Assert.Contains("GracefulRestart:DrainTimout is no option of graceful restart; the nearest is GracefulRestart:DrainTimeout.", line, StringComparison.Ordinal);
        Assert.Contains("GracefulRestart:MaxGenerations is \"lots\"; allowed is a whole number.", line, StringComparison.Ordinal);
        service.WriteSettings("""{ "GracefulRestart": { "DrainTimeout": "20s" } }""");
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    // Nobody says "Starting -> Serving" there.
    private static async Task<ServiceProcess> LaunchAsync()
    {
        ServiceProcess service = ServiceProcess.Launch(new ServiceSetup().With("--GracefulRestart:Enabled=false"));
        Match line = await service.Log.FirstAsync("Now listening on: .*|Unhandled exception.*");
        Assert.StartsWith("Now", line.Value, StringComparison.Ordinal);
        return service;
    }
}
