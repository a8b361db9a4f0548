using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>G5: what a service still has, and still can, after its successor was tried and taken back.</summary>
[Jit("The area: rolling back.")]
public sealed class RollBackTests : IDisposable
{
    // Not under test: as good as endless.
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With("--GracefulRestart:ExitTimeout=00:00:02");
    private readonly TemporaryDirectory _directory = new();

    private string SocketPath => _directory.PathOf("service.sock");

    public void Dispose() => _directory.Dispose();

    [Theory] // G5
    [InlineData("kill")]
    [InlineData("exit0")]
    [InlineData("throw")]
    [InlineData("unhealthy")]
    [InlineData("host-stop")]
    public async Task Unix_socket_stays_in_its_place_and_goes_with_the_last_process(string misdeed)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--urls", $"http://unix:{SocketPath}"));

        int successor = await TryAsync(service, misdeed);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));

        Assert.True(File.Exists(SocketPath));
        HttpAnswer answer = await HttpConnection.GetOnceAsync(service.Address);
        Assert.Equal(service.Pid, answer.Pid);
        Assert.False(answer.Closes);
        await service.StopAsync();
        Assert.False(File.Exists(SocketPath));
    }

    [Fact] // G5
    public async Task Requests_that_the_predecessor_had_begun_end_as_if_nothing_had_happened()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        await TryAsync(service, "kill");
        latch.Open();

        HttpAnswer answer = await slow.ReceiveAsync();
        Assert.Equal((200, service.Pid), (answer.Status, answer.Pid));
        Assert.False(answer.Closes);
        Assert.Equal(service.Pid, (await slow.GetAsync()).Pid);
    }

    [Fact] // G5
    public async Task Connection_that_was_idle_all_the_while_goes_on()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        using HttpConnection kept = await HttpConnection.OpenAsync(service.Address);
        await kept.GetAsync();

        await TryAsync(service, "kill");

        HttpAnswer answer = await kept.GetAsync();
        Assert.Equal(service.Pid, answer.Pid);
        Assert.False(answer.Closes);
    }

    [Fact] // G5
    public async Task Requests_of_a_successor_that_is_unhealthy_are_finished_by_it()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        await HttpConnection.GetOnceAsync(service.Address, "/unhealthy");
        await service.RolledBackAsync();
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Equal([predecessor, successor], service.Living.Order());
        latch.Open();

        Assert.Equal(successor, (await slow.ReceiveAsync()).Pid);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));
    }

    [Fact] // G5
    public async Task Predecessor_that_cut_its_last_requests_serves_again_and_ends_well()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:DrainTimeout=00:00:01"));
        (_, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        int predecessor = await service.RestartAsync();
        await service.Log.FirstAsync($"Process {predecessor} forced by the drain timeout of 1 s: cut 1 connections and 1 requests");

        service.Signal(Libc.SIGKILL);
        await service.RolledBackAsync();

        HttpAnswer answer = await HttpConnection.GetOnceAsync(service.Address);
        Assert.Equal(predecessor, answer.Pid);
        Assert.False(answer.Closes);
        await service.StopAsync();
    }

    [Fact] // G5 F6
    public async Task Good_restart_after_two_roll_backs_lasts()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromSeconds(5) });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        // Without a failure: these two give back what they have.
        await TryAsync(service, "unhealthy");
        await TryAsync(service, "host-stop");
        int predecessor = await service.RestartAsync();
        await service.Log.FirstAsync($"Process {service.Pid}, generation 2: OnProbation -> Serving");

        Assert.Equal(0, await service.EndAsync(predecessor));
        await load.EndWithoutFailureAsync();
        Assert.Equal(2, service.Log.All("Rolled back").Count);
        await service.StopAsync();
    }

    [Fact] // G5
    public async Task Unhealthy_successor_serves_on_while_its_predecessor_does_not_answer()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:HandshakeTimeout=00:00:01"));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();
        await service.Log.FirstAsync($"Process {predecessor} drained");
        ServiceProcess.Signal(predecessor, Libc.SIGSTOP);

        // On a busy machine its other threads go on for a moment.
        await Deadline.UntilAsync(() => File.ReadAllText($"/proc/{predecessor}/stat").Contains(") T ", StringComparison.Ordinal));
        await HttpConnection.GetOnceAsync(service.Address, "/unhealthy");
        await service.Log.FirstAsync($"Process {service.Pid} goes on serving although it is unhealthy: the predecessor did not answer");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);

        ServiceProcess.Signal(predecessor, Libc.SIGCONT);
        await service.RolledBackAsync();
        await Deadline.UntilAsync(() => service.Living.Count == 1);
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await load.EndWithoutFailureAsync();
    }

    [Fact]
    public async Task Unhealthy_process_without_a_predecessor_only_says_so()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();

        await HttpConnection.GetOnceAsync(service.Address, "/unhealthy");

        await service.Log.FirstAsync($"Process {service.Pid} is unhealthy, and there is no predecessor to take over again: told to be unhealthy");
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    /// <summary>Restarts with a successor that serves and then does that, until its predecessor serves again.</summary>
    /// <returns>The pid of the successor.</returns>
    private static async Task<int> TryAsync(ServiceProcess service, string misdeed)
    {
        int predecessor = service.Pid;
        int after = service.Log.Length;
        service.SetNextBehaviour($"after-commit {misdeed} 1");
        await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync(after);
        Assert.Equal(predecessor, service.Pid);
        service.SetNextBehaviour("");
        return successor;
    }
}
