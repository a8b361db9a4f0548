using System.Globalization;
using System.Text.Json.Nodes;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// F8: the predecessor dies, or is only stopped, while its successor starts. Which steps of the handover leave a successor that can serve is in
/// <see cref="PredecessorStepTests"/>.
/// </summary>
public sealed class LeftAloneTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task Successor_left_alone_is_the_service_before_it_is_ready_and_its_clients_wait()
    {
        using var directory = new TemporaryDirectory();
        string pidFile = directory.PathOf("service.pid");
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With($"--GracefulRestart:PidFile={pidFile}"));
        int predecessor = service.Pid;
        (Latch latch, int successor) = await service.BeginRestartAsync();

        // Not the same as dead: it is stopped for a while, and only then killed.
        ServiceProcess.Signal(predecessor, Libc.SIGSTOP);
        Assert.Empty(service.Log.All("died before it handed over"));
        ServiceProcess.Signal(predecessor, Libc.SIGKILL);

        await Deadline.UntilAsync(() => File.ReadAllText(pidFile).Trim() == successor.ToString(CultureInfo.InvariantCulture));
        JsonNode status = await ControlWire.StatusAsync(service.ControlSocket);
        Assert.Equal((successor, 2), ((int)status["pid"]!, (int)status["generation"]!));
        using HttpConnection waiting = await HttpConnection.OpenAsync(service.Address);
        await waiting.SendGetAsync("/");

        latch.Open();
        await service.RestartedAsync();
        Assert.Equal(successor, (await waiting.ReceiveAsync()).Pid);
        service.SetNextBehaviour("");
        await service.RestartAsync();
        await service.StopAsync();
        Assert.False(File.Exists(pidFile));
    }

    [Fact]
    public async Task Successor_left_alone_that_does_not_get_ready_ends_with_the_reason()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { FirstBehaviour = "kill-at Received Hello" });

        // Only the successor has this limit: its predecessor would kill it for that itself.
        service.SetNextBehaviour("set GracefulRestart__ReadyTimeout=00:00:02\nhang-in-hosted-service");
        service.Signal(Libc.SIGUSR2);
        int successor = await service.SuccessorAsync();

        Assert.Equal(1, await service.EndAsync(successor));

        await service.Log.FirstAsync($"Process {successor} ends at once: its predecessor {service.Pid} has died, and it was not ready within 2 s of that");
        Assert.Empty(service.Living);
        Assert.False(service.Address.Accepts());
    }

    // It was asked to end the service, and its successor is a part of that.
    [Fact]
    public async Task Predecessor_that_is_shut_down_while_it_restarts_leaves_nobody_behind()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (_, int successor) = await service.BeginRestartAsync();

        await service.StopAsync();

        Assert.DoesNotContain(successor, service.Living);
        Assert.Empty(service.Log.All("died before it handed over"));
    }

    // A7: it knows neither its generation nor its listeners, and never will.
    [Fact]
    public async Task Successor_that_is_shut_down_while_its_predecessor_dies_ends()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);
        service.Signal(Libc.SIGUSR2);
        int successor = await service.SuccessorAsync();
        service.Signal(Libc.SIGSTOP);
        await latch.ReachedAsync();

        ServiceProcess.Signal(successor, Libc.SIGTERM);
        await service.Log.FirstAsync($"Process {successor}, generation [02]: Starting -> ShuttingDown");
        service.Signal(Libc.SIGKILL);

        await service.EndAsync(successor);
        Assert.Empty(service.Log.All($"Process {successor}, .* -> Serving"));
        Assert.Empty(service.Living);
    }

    // A4: it wakes up when the probation has long passed for its successor.
    [Fact]
    public async Task Predecessor_that_was_stopped_for_longer_than_the_probation_lets_its_healthy_successor_serve()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            Setup.With("--GracefulRestart:HandshakeTimeout=00:00:01", "--GracefulRestart:HeartbeatTimeout=00:00:02"));
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();
        ServiceProcess.Signal(predecessor, Libc.SIGSTOP);
        await service.Log.FirstAsync($"Process {service.Pid}, generation 2: OnProbation -> Serving");
        (Latch latch, HttpConnection open) = await service.BeginRequestAsync();

        ServiceProcess.Signal(predecessor, Libc.SIGCONT);

        await service.EndAsync(predecessor);
        await service.Log.FirstAsync($"Process {predecessor}, generation 1: HandedOver -> Draining");
        latch.Open();
        Assert.Equal(service.Pid, (await open.ReceiveAsync()).Pid);
        Assert.Empty(service.Log.All("Rolled back"));
        open.Dispose();
        await service.StopAsync();
    }

    // A9: what a release started before it failed has a copy of its channel, and lives on.
    [Fact]
    public async Task Failed_successors_whose_children_live_on_leave_nothing_behind_in_the_predecessor()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await service.Log.FirstAsync("Control socket: ");
        service.SetNextBehaviour("start-helper\ncrash-in-main");
        await service.FailToRestartAsync();
        int before = ProcessTable.Sockets(service.Pid).Count;
        await service.FailToRestartAsync();
        await service.FailToRestartAsync();

        Assert.Equal(4, service.Living.Count);
        Assert.Equal(before, ProcessTable.Sockets(service.Pid).Count);
        Assert.DoesNotContain("baton-successor", ProcessTable.Threads(service.Pid));
    }
}
