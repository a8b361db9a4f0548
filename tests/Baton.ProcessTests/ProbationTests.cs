using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>F11: what is asked of a service of which two processes could serve.</summary>
public sealed class ProbationTests : IDisposable
{
    // Not under test: as good as endless.
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With("--GracefulRestart:ExitTimeout=00:00:02");
    private readonly TemporaryDirectory _directory = new();

    private string SocketPath => _directory.PathOf("service.sock");

    public void Dispose() => _directory.Dispose();

    [Fact] // F11
    public async Task Restarts_asked_of_the_predecessor_are_one_that_starts_when_the_successor_is_taken_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        int predecessor = await service.RestartAsync();
        await HoldAsync(service, predecessor, times: 2);

        int killed = service.Pid;
        service.Signal(Libc.SIGKILL);
        await service.RolledBackAsync();
        await service.Log.FirstAsync($@"Process (?!{killed},)\d+, generation 2: Starting -> OnProbation");

        // The predecessor writes this line, and the successor the one above.
        await Deadline.UntilAsync(() => service.Log.All("Started successor").Count >= 2);
        Assert.Equal(2, service.Log.All("Started successor").Count);
        Assert.Empty(service.Log.All("refused"));
    }

    [Fact] // F11
    public async Task Restarts_asked_of_a_successor_are_one_that_starts_when_it_has_proved_itself()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromSeconds(8) });
        await service.RestartAsync();
        await HoldAsync(service, service.Pid, times: 2);

        await service.RestartedAsync();

        Assert.Equal(3, service.Generation);
        Assert.Equal(2, service.Log.All("Started successor").Count);
        Assert.Empty(service.Log.All("refused"));
        await service.StopAsync();
    }

    [Fact] // F11
    public async Task Restart_asked_of_the_predecessor_is_passed_on_when_the_successor_has_proved_itself()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromSeconds(8) });
        await HoldAsync(service, await service.RestartAsync(), times: 1);

        await service.RestartedAsync();

        Assert.Equal(3, service.Generation);
        await service.StopAsync();
    }

    [Theory] // F11
    [InlineData(true)]
    [InlineData(false)]
    public async Task Shutdown_asked_of_either_ends_both_in_order(bool askPredecessor)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--urls", $"http://unix:{SocketPath}"));
        (Latch oldLatch, HttpConnection oldConnection) = await service.BeginRequestAsync();
        using HttpConnection oldSlow = oldConnection;
        int predecessor = await service.RestartAsync();
        (Latch newLatch, HttpConnection newConnection) = await service.BeginRequestAsync();
        using HttpConnection newSlow = newConnection;

        ServiceProcess.Signal(askPredecessor ? predecessor : service.Pid, Libc.SIGTERM);
        await service.Log.FirstAsync($"Process {predecessor}, .*HandedOver -> ShuttingDown");
        await service.Log.FirstAsync($"Process {service.Pid}, .*OnProbation -> ShuttingDown");
        oldLatch.Open();
        Assert.Equal(predecessor, (await oldSlow.ReceiveAsync()).Pid);
        Assert.Equal(((int[])[predecessor, service.Pid]).Order(), service.Living.Order());
        newLatch.Open();
        Assert.Equal(service.Pid, (await newSlow.ReceiveAsync()).Pid);

        // The process that the supervisor knows is the last.
        Assert.Equal(0, await service.EndAsync(predecessor));
        await service.Log.FirstAsync($"Successor {service.Pid} exited with code 0");
        Assert.Empty(service.Living);
        Assert.Empty(service.Log.All("Rolled back"));
        Assert.False(File.Exists(SocketPath));
    }

    [Theory] // F11 D6
    [InlineData(true)]
    [InlineData(false)]
    public async Task Second_signal_to_shut_down_cuts_what_is_open_in_both(bool askPredecessor)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        using HttpConnection oldStuck = await service.BeginStuckRequestAsync();
        int predecessor = await service.RestartAsync();
        using HttpConnection newStuck = await service.BeginStuckRequestAsync();
        int asked = askPredecessor ? predecessor : service.Pid;

        ServiceProcess.Signal(asked, Libc.SIGTERM);
        await service.Log.FirstAsync($"Process {asked}, .* -> ShuttingDown");
        ServiceProcess.Signal(asked, Libc.SIGTERM);

        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor));
        await service.Log.FirstAsync($"Process {service.Pid} forced by a second signal, SIGTERM.*: cut 1 connections and 1 requests");
        await Deadline.UntilAsync(() => service.Living.Count == 0);
    }

    private static async Task HoldAsync(ServiceProcess service, int pid, int times)
    {
        for (int i = 0; i < times; i++)
        {
            // Two signals that arrive together are one.
            int after = service.Log.Length;
            ServiceProcess.Signal(pid, Libc.SIGUSR2);
            await service.Log.FirstAsync(@$"\[{pid}\] .*Restart asked by SIGUSR2 is held until the probation is over", after);
        }
    }
}
