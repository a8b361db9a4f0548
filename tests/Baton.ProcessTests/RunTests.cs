using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A service below <c>baton run</c>. Who is in charge when, and what follows, is decided in Baton.Cli.Tests without processes.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Service_is_restarted_and_stopped_by_the_pid_that_stays()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Below());
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        Assert.Contains($"parent      baton run, process {service.FirstPid}", (await BatonCommand.RunAsync(service, "status")).Output, StringComparison.Ordinal);

        ServiceProcess.Signal(service.FirstPid, Libc.SIGUSR2);
        int first = await service.RestartedAsync();
        await service.EndAsync(first);
        ServiceProcess.Signal(service.FirstPid, Libc.SIGHUP);
        await service.RestartedAsync();
        await load.EndWithoutFailureAsync();
        await Deadline.UntilAsync(() => ProcessTable.CountZombieChildren(service.FirstPid) == 0);

        ServiceProcess.Signal(service.FirstPid, Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(service.FirstPid));
        Assert.Empty(service.Living);
        await service.Log.FirstAsync("Shutdown asked by SIGTERM");
        Assert.Empty(service.Log.All("baton run: |systemd"));
    }

    [Fact]
    public async Task Death_of_the_only_process_refuses_nobody_and_a_second_signal_forces()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Below());
        int first = service.Pid;
        await using (SurvivingLoad load = SurvivingLoad.Start(service.Address))
        {
            await load.MoreAsync();
            int after = service.Log.Length;
            ServiceProcess.Signal(first, Libc.SIGKILL);
            await service.Log.FirstAsync($"baton run: Process {first} was ended by SIGKILL; it is started again at once", after);
            await service.Log.FirstAsync(@"Process \d+, generation 1: Starting -> Serving", after);
            load.Recovered();
            await load.EndAsync();
        }

        int second = (await HttpConnection.GetOnceAsync(service.Address)).Pid;
        Assert.NotEqual(first, second);
        await service.Log.FirstAsync("Got tcp:");
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        ServiceProcess.Signal(service.FirstPid, Libc.SIGINT);
        await service.Log.FirstAsync("Shutdown asked by SIGINT");
        ServiceProcess.Signal(service.FirstPid, Libc.SIGINT);
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(service.FirstPid));
    }

    // Its successor is an orphan for a moment, and the service must not be started a second time.
    [Fact]
    public async Task Death_of_a_process_whose_successor_starts_is_the_start_of_that_one_and_no_other()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Below());
        (Latch latch, int successor) = await service.BeginRestartAsync();
        ServiceProcess.Signal(service.Pid, Libc.SIGKILL);
        await service.EndAsync(service.Pid);
        latch.Open();
        await service.RestartedAsync();

        Assert.Equal(successor, service.Pid);
        ServiceProcess.Signal(service.FirstPid, Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(service.FirstPid));
        Assert.Empty(service.Log.All("baton run: "));
        Assert.Single(service.Log.All("generation 1: Starting -> Serving"));
    }

    [Fact]
    public async Task Service_outlives_baton_run_and_says_so_once()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Below());
        ServiceProcess.Signal(service.FirstPid, Libc.SIGKILL);
        await service.Log.FirstAsync($"The parent of this service, baton run, process {service.FirstPid}, has ended; process {service.Pid} serves on");

        int first = await service.RestartAsync();
        await service.EndAsync(first);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.StopAsync();
        Assert.Single(service.Log.All("baton run|Could not tell systemd"));
    }

    [Fact]
    public async Task Lines_are_named_with_the_process_that_wrote_them()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Below("--prefix"));
        Assert.Single(service.Log.All($@"^20\d\d-\S+Z \[{service.Pid}\.1\] .*generation 1: Starting -> Serving"));
        await service.RestartAsync();
        Assert.Single(service.Log.All($@"^20\d\d-\S+Z \[{service.Pid}\.2\] .*generation 2: Starting -> Serving"));
        ServiceProcess.Signal(service.FirstPid, Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(service.FirstPid));
        await service.Log.FirstAsync($@"^20\d\d-\S+Z \[{service.Pid}\.2\] .*ShuttingDown -> Exited");
    }

    private static ServiceSetup Below(params string[] options) => new() { Command = [BatonCommand.Program, "run", .. options, "--", ServiceSetup.BuiltProgram] };
}
