using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>F11: triggers at moments when nobody waits for them.</summary>
public sealed class TriggerTests
{
    [Fact]
    public async Task Second_restart_during_a_restart_is_refused_and_starts_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (Latch latch, int successor) = await service.BeginRestartAsync();

        service.Signal(Libc.SIGUSR2);
        await service.Log.FirstAsync(
            $"refused: another restart is in progress, successor {successor}; process {service.Pid} keeps serving");

        latch.Open();
        int after = service.Log.Length;
        await service.RestartedAsync(after);
        Assert.Equal(successor, service.Pid);
        Assert.Single(service.Log.All("Started successor"));
    }

    [Fact]
    public async Task Restart_asked_of_a_process_that_has_handed_over_is_refused_and_names_the_successor()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        int predecessor = await service.RestartAsync();

        ServiceProcess.Signal(predecessor, Libc.SIGUSR2);

        await service.Log.FirstAsync($"refused: process {predecessor} has handed over to process {service.Pid}; ask that one");
        latch.Open();
        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Equal([service.Pid], service.Living);
    }

    [Fact]
    public async Task Restart_asked_during_a_shutdown_is_refused()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("Serving -> ShuttingDown");

        service.Signal(Libc.SIGUSR2);

        await service.Log.FirstAsync($"Restart asked by SIGUSR2 refused: process {service.Pid} is shutting down");
        latch.Open();
        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Empty(service.Log.All("Started successor"));
    }

    [Fact]
    public async Task Shutdown_during_a_restart_ends_the_successor_too()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (_, int successor) = await service.BeginRestartAsync();

        await service.StopAsync();

        Assert.False(ProcessTable.IsAlive(successor));
        Assert.Empty(service.Log.All($"Process {successor}, .* -> Serving"));
    }

    [Fact]
    public async Task Restart_asked_before_the_first_generation_is_ready_is_held_until_it_is()
    {
        using var directory = new TemporaryDirectory();
        var latch = new Latch(directory.PathOf("latch"));
        await using ServiceProcess service = ServiceProcess.Launch(new ServiceSetup { FirstBehaviour = latch.Behaviour });
        await latch.ReachedAsync();

        service.Signal(Libc.SIGUSR2);
        await service.Log.FirstAsync("Restart asked by SIGUSR2 is held until this process serves");
        Assert.Empty(service.Log.All("Started successor"));
        latch.Open();

        int first = service.Pid;
        await service.RestartedAsync();
        Assert.NotEqual(first, service.Pid);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Restart_asked_of_a_successor_that_starts_is_neither_lost_nor_deadly()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);
        service.Signal(Libc.SIGUSR2);
        int successor = await service.SuccessorAsync();

        // At once: it has no handler yet.
        ServiceProcess.Signal(successor, Libc.SIGUSR2);
        await latch.ReachedAsync();
        latch.Open();

        await service.RestartedAsync();
        Assert.Equal(successor, service.Pid);
        await service.RestartedAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Shutdown_asked_of_a_successor_that_starts_ends_only_it()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (Latch latch, int successor) = await service.BeginRestartAsync();

        ServiceProcess.Signal(successor, Libc.SIGTERM);

        await service.FailedToRestartAsync();
        Assert.Equal([service.Pid], service.Living);
        latch.Open();
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }
}
