using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C4: the servers of one process end together, whoever asks, and none before all have finished what they had begun.</summary>
[Jit("The area: several servers.")]
public sealed class ServersEndingTests
{
    [Fact] // C4
    public async Task Shutdown_drains_all_servers_before_it_stops_one()
    {
        await using ServiceProcess service = await ServersOfTests.StartAsync(ServersOfTests.Two());
        (ServiceAddress first, ServiceAddress second) = (service.Addresses[0], service.Addresses[^1]);
        using HttpConnection kept = await HttpConnection.OpenAsync(first);
        await kept.GetAsync();
        Latch latch = service.NewLatch();
        using HttpConnection slow = await HttpConnection.OpenAsync(second);
        await slow.SendGetAsync(latch.Request);
        await latch.ReachedAsync();

        service.Signal(Libc.SIGTERM);

        // The first server has nothing left to do, and is not stopped all the same.
        await kept.EndsAsync();
        Assert.Empty(service.Log.All("shut down$"));
        latch.Open();

        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Single(service.Log.All("all servers shut down"));
    }

    [Theory] // C4
    [InlineData("stop", "server s2")]
    [InlineData("dispose", "server s2, which was disposed")]
    [InlineData("end", "server s2")]
    public async Task Server_that_ends_by_itself_ends_the_others_when_their_work_is_done(string how, string who)
    {
        await using ServiceProcess service = await ServersOfTests.StartAsync(ServersOfTests.Two().With("--GracefulRestart:IdleGrace=100ms"));
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        await HttpConnection.GetOnceAsync(service.Address, $"/second/{how}");
        await service.Log.FirstAsync($"Shutdown asked by {who}$");
        await service.Log.FirstAsync("Serving -> ShuttingDown");
        Assert.Contains(service.Pid, service.Living);
        latch.Open();

        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    [Fact] // C4
    public async Task Server_that_ends_by_itself_on_probation_is_rolled_back_with_the_others()
    {
        await using ServiceProcess service = await ServersOfTests.StartAsync(ServersOfTests.Two() with { Probation = TimeSpan.FromSeconds(60) });
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        int predecessor = await service.RestartAsync();

        await HttpConnection.GetOnceAsync(addresses[0], "/second/end");

        Assert.Contains("server s2 ends by itself", await service.RolledBackAsync(), StringComparison.Ordinal);
        foreach (ServiceAddress address in addresses)
        {
            Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(address)).Pid);
        }
    }

    [Fact] // C4
    public async Task Options_of_the_process_that_the_second_server_wants_otherwise_are_warned_of()
    {
        await using ServiceProcess service = await ServersOfTests.StartAsync(ServersOfTests.Two().With("--SecondDrainTimeout=00:00:05"));
        await service.Log.FirstAsync("server s2 is to have options that a process has only once, and those of the first server hold: DrainTimeout \\(00:00:05 instead of 00:01:00\\)$");
        Assert.Single(service.Log.All("options that a process has only once"));
        await service.StopAsync();
    }
}
