using System.Net;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>What a handover is about: the successor answers where its predecessor did.</summary>
[Jit("The area: handing over.")]
public sealed class HandoverTests
{
    [Fact] // C1
    public async Task Successor_answers_on_the_same_port_with_another_pid()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        ServiceAddress address = service.Address;
        int first = (await HttpConnection.GetOnceAsync(address)).Pid;
        Assert.Equal(service.Pid, first);

        int predecessor = await service.RestartAsync();

        Assert.Equal(first, predecessor);
        Assert.NotEqual(first, service.Pid);
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(address)).Pid);
        await service.StopAsync();
        Assert.False(address.Accepts());
    }

    [Theory] // C2
    [InlineData("http://127.0.0.1:0", "127.0.0.1")]
    [InlineData("http://0.0.0.0:0", "127.0.0.1")]
    [InlineData("http://[::1]:0", "::1")]
    [InlineData("http://[::]:0", "::1", "127.0.0.1")]
    [InlineData("http://*:0", "::1", "127.0.0.1")]
    public async Task Port_that_the_kernel_chose_is_kept(string url, params string[] reachableAt)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(ServiceSetup.ListeningOn(url));
        ServiceAddress address = service.Address;

        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        Assert.Equal([address], service.Addresses);
        foreach (string reachable in reachableAt)
        {
            Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(address.At(IPAddress.Parse(reachable)))).Pid);
        }
    }

    [Fact] // C2
    public async Task Localhost_is_handed_over_in_both_families()
    {
        ServiceSetup setup = ServiceSetup.ListeningOn($"http://localhost:{FreePort.Next()}");
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);

        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address.At(IPAddress.Loopback))).Pid);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address.At(IPAddress.IPv6Loopback))).Pid);
        Assert.Equal(2, service.Log.All($@"\[{service.Pid}\] .*http server listening on .* \(inherited\)").Count);
    }

    [Fact] // C4
    public async Task Several_listeners_on_port_0_keep_their_order()
    {
        ServiceSetup setup = ServiceSetup.ListeningOn(Enumerable.Repeat("http://127.0.0.1:0", 3));
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        Assert.Equal(3, addresses.Distinct().Count());

        await service.RestartAsync();

        Assert.Equal(addresses, service.Addresses);
    }

    [Fact] // C9
    public async Task Second_restart_does_not_wait_for_the_first_generation_to_drain()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        int first = await service.RestartAsync();
        int second = await service.RestartAsync();

        Assert.Equal(0, await service.EndAsync(second) ?? 0);
        Assert.Equal([first, service.Pid], service.Living.Order());
        latch.Open();
        Assert.Equal(first, (await slow.ReceiveAsync()).Pid);
        Assert.Equal(0, await service.EndAsync(first));
    }

    [Fact] // D5
    public async Task Connections_that_wait_in_the_backlog_are_all_served()
    {
        const int Clients = 200;
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        int predecessor = service.Pid;
        (Latch latch, int successor) = await service.BeginRestartAsync();

        // The predecessor accepts nothing and the successor may not yet: these wait in the kernel.
        ServiceProcess.Signal(predecessor, Libc.SIGSTOP);
        ServiceAddress address = service.Address;
        HttpConnection[] clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => HttpConnection.OpenAsync(address)));
        await Task.WhenAll(clients.Select(c => c.SendGetAsync("/")));
        latch.Open();
        await service.Log.FirstAsync($@"\[{successor}\] .*listening on .* \(inherited\)");
        ServiceProcess.Signal(predecessor, Libc.SIGCONT);

        await service.RestartedAsync();
        HttpAnswer[] answers = await Task.WhenAll(clients.Select(c => c.ReceiveAsync()));
        Array.ForEach(clients, c => c.Dispose());
        Assert.All(answers, a => Assert.Contains(a.Pid, (IEnumerable<int>)[predecessor, successor]));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
    }

    [Fact] // D5
    public async Task Connection_that_was_accepted_and_is_silent_is_served_by_the_predecessor()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        using HttpConnection silent = await HttpConnection.OpenAsync(service.Address);

        // Connections are accepted in their order: when a later one is served, this one is accepted.
        await HttpConnection.GetOnceAsync(service.Address);
        int predecessor = await service.RestartAsync();

        Assert.All(await silent.GetUntilClosedAsync(), a => Assert.Equal(predecessor, a.Pid));
        Assert.Equal(0, await service.EndAsync(predecessor));
    }
}
