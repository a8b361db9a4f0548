using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// The restart for which nothing is handed over: the old process finishes its work, starts the new one and ends. What clients notice in between is not promised.
/// </summary>
[Jit("The area: complete restarts.")]
public sealed class CompleteRestartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task New_process_serves_at_the_same_address_after_the_old_one_has_finished_its_work(string kind)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(SetupOf(kind));
        ServiceAddress address = service.Address;
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        service.Signal(Libc.SIGUSR2);
        await service.Log.FirstAsync("Serving -> Restarting");
        Assert.Empty(service.Log.All("Started"));

        latch.Open();
        Assert.Equal(service.Pid, (await slow.ReceiveAsync()).Pid);
        int predecessor = await service.RestartedAsync();

        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Equal(2, service.Generation);
        Assert.Equal(address, service.Address);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(address)).Pid);
        Assert.Equal([service.Pid], service.Living);
        await service.RestartAsync();
        await service.StopAsync();
    }

    [Fact]
    public async Task Request_that_never_ends_is_cut_at_the_drain_limit_and_the_new_process_comes()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(SetupOf("tcp").With("--GracefulRestart:DrainTimeout=00:00:01", "--GracefulRestart:ExitTimeout=00:00:02"));
        using HttpConnection stuck = await service.BeginStuckRequestAsync();

        int predecessor = await service.RestartAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => stuck.ReceiveAsync());
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // F1
    public async Task Program_that_is_missing_leaves_the_old_process_serving()
    {
        using var releases = new ReleaseDirectory();
        await using ServiceProcess service = await ServiceProcess.StartAsync(SetupOf("tcp") with { Command = [releases.Program] });

        releases.Switch(releases.PathOf("missing"));
        string line = await service.FailToRestartAsync();

        Assert.Matches($"the program does not exist.*Process {service.Pid} keeps serving.", line);
        HttpAnswer answer = await HttpConnection.GetOnceAsync(service.Address);
        Assert.Equal(service.Pid, answer.Pid);
        Assert.False(answer.Closes);
        releases.Switch(releases.PathOf("1"));
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    // A port that the kernel chose would be another one for each process.
    private ServiceSetup SetupOf(string kind)
    {
        string address = kind == "tcp" ? $"127.0.0.1:{FreePort.Next()}" : $"unix:{_directory.PathOf("service.sock")}";
        return ServiceSetup.ListeningOn($"http://{address}").With("--GracefulRestart:Strategy=Complete", "--GracefulRestart:IdleGrace=100ms");
    }
}
