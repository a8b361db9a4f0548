using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>F16: each preset, each of its signals, really sent.</summary>
public sealed class SignalPresetTests
{
    [Theory]
    [InlineData("Default", Libc.SIGUSR2)]
    [InlineData("Default", Libc.SIGHUP)]
    [InlineData("GoFrame", Libc.SIGUSR1)]
    [InlineData("Endless", Libc.SIGHUP)]
    [InlineData("Trpc", Libc.SIGUSR2)]
    [InlineData("Tableflip", Libc.SIGHUP)]
    [InlineData("Tencent", Libc.SIGHUP)]
    public async Task Signal_that_restarts_in_that_system_restarts(string preset, int signal)
    {
        await using ServiceProcess service = await StartAsync(preset);
        using var connection = await HttpConnection.OpenAsync(service.Address);

        int predecessor = await service.RestartAsync(signal);

        Assert.NotEqual(predecessor, service.Pid);
        await service.RestartAsync(signal);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Theory]
    [InlineData("Default", Libc.SIGTERM)]
    [InlineData("Default", Libc.SIGINT)]
    [InlineData("Default", Libc.SIGQUIT)]
    [InlineData("GoFrame", Libc.SIGTERM)]
    [InlineData("GoFrame", Libc.SIGINT)]
    [InlineData("GoFrame", Libc.SIGQUIT)]
    [InlineData("Endless", Libc.SIGTERM)]
    [InlineData("Endless", Libc.SIGINT)]
    [InlineData("Trpc", Libc.SIGTERM)]
    [InlineData("Trpc", Libc.SIGINT)]
    [InlineData("Tableflip", Libc.SIGTERM)]
    [InlineData("Tableflip", Libc.SIGINT)]
    [InlineData("Tableflip", Libc.SIGQUIT)]
    [InlineData("Tencent", Libc.SIGTERM)]
    [InlineData("Tencent", Libc.SIGINT)]
    [InlineData("Tencent", Libc.SIGQUIT)]
    public async Task Signal_that_shuts_down_in_that_system_lets_open_requests_finish(string preset, int signal)
    {
        await using ServiceProcess service = await StartAsync(preset);
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        service.Signal(signal);
        await service.Log.FirstAsync("Serving -> ShuttingDown");

        latch.Open();

        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Single(service.Log.All("Shutdown asked by SIG"));
    }

    [Fact]
    public async Task Hammer_of_endless_is_ignored_by_a_process_that_serves()
    {
        await using ServiceProcess service = await StartAsync("Endless");
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        service.Signal(Libc.SIGUSR2);
        await service.Log.FirstAsync($"SIGUSR2 ignored: process {service.Pid} neither drains nor shuts down");

        latch.Open();
        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        await service.RestartAsync(Libc.SIGHUP);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Hammer_of_endless_cuts_a_shutdown_that_would_wait_for_ever()
    {
        await using ServiceProcess service = await StartAsync("Endless", "--GracefulRestart:DrainTimeout=infinite");
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("Serving -> ShuttingDown");

        service.Signal(Libc.SIGUSR2);

        await service.Log.FirstAsync($"Process {service.Pid} forced by SIGUSR2: cut 1 connections and 1 requests");
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(service.Pid));
    }

    // endless' recipe: DefaultHammerTime = -1, and SIGUSR2 to the old process when it has waited for long enough.
    [Fact]
    public async Task Hammer_of_endless_ends_the_old_process_after_a_restart_and_leaves_the_new_one_alone()
    {
        await using ServiceProcess service = await StartAsync("Endless", "--GracefulRestart:DrainTimeout=infinite");
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        int old = await service.RestartAsync(Libc.SIGHUP);
        await service.Log.FirstAsync("HandedOver -> Draining");

        ServiceProcess.Signal(old, Libc.SIGUSR2);

        await service.Log.FirstAsync($"Process {old} forced by SIGUSR2: cut 1 connections and 1 requests");
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(old));
        Assert.Equal([service.Pid], service.Living);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Empty(service.Log.All("Shutdown asked"));
    }

    [Theory]
    [InlineData(Libc.SIGUSR1, "SIGUSR1")]
    [InlineData(Libc.SIGTSTP, "SIGTSTP")]
    public async Task Signal_that_endless_only_listens_for_changes_nothing(int signal, string name)
    {
        await using ServiceProcess service = await StartAsync("Endless");

        service.Signal(signal);
        await service.Log.FirstAsync($"{name} arrived: hooks are called, no more");

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.RestartAsync(Libc.SIGHUP);
    }

    [Theory]
    [InlineData("GoFrame", Libc.SIGUSR2)]
    [InlineData("GoFrame", Libc.SIGHUP)]
    [InlineData("Trpc", Libc.SIGUSR1)]
    [InlineData("Default", Libc.SIGUSR1)]
    public async Task Signal_that_is_not_in_the_table_keeps_the_default_of_the_kernel(string preset, int signal)
    {
        await using ServiceProcess service = await StartAsync(preset);

        service.Signal(signal);

        Assert.Equal(128 + signal, await service.EndAsync(service.Pid));
    }

    [Theory] // F16
    [InlineData(Libc.SIGUSR1, "SIGUSR1")]
    [InlineData(Libc.SIGHUP, "SIGHUP")]
    [InlineData(Libc.SIGTERM, "SIGTERM")]
    [InlineData(Libc.SIGALRM, "SIGALRM")]
    [InlineData(Libc.SIGRTMAX, "64")]
    public async Task Signal_that_is_to_be_ignored_is_harmless_also_to_a_process_that_starts(int signal, string name)
    {
        await using ServiceProcess service = await StartAsync("Default", $"--GracefulRestart:Signals:{name}=Ignore");
        int pid = service.Pid;
        service.Signal(signal);
        await service.Log.FirstAsync(@"ignored: the signal table says so");
        Assert.Equal(pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);

        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);
        int after = service.Log.Length;
        service.Signal(Libc.SIGUSR2);
        int successor = await service.SuccessorAsync(after);

        // At once: it has no handler yet.
        ServiceProcess.Signal(successor, signal);
        await latch.ReachedAsync();
        latch.Open();
        await service.RestartedAsync(after);
        Assert.Equal(successor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Empty(service.Log.All("Shutdown asked"));
    }

    [Theory]
    [InlineData(Libc.SIGINT, "SIGINT")]
    [InlineData(Libc.SIGTERM, "SIGTERM")]
    public async Task Signal_of_the_host_that_is_to_restart_does_not_stop_it_as_well(int signal, string name)
    {
        await using ServiceProcess service = await StartAsync("Default", $"--GracefulRestart:Signals:{name}=Restart");

        await service.RestartAsync(signal);
        await service.RestartAsync(signal);

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Empty(service.Log.All("Shutdown asked"));
        await service.StopAsync(Libc.SIGQUIT);
    }

    [Fact]
    public async Task Signal_of_the_host_that_is_not_in_the_table_stops_it_gracefully_all_the_same()
    {
        await using ServiceProcess service = await StartAsync("Default", "--GracefulRestart:Signals:SIGINT=Restart", "--GracefulRestart:Signals:SIGTERM=None");
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("Shutdown asked by the host");

        latch.Open();

        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    // An answer that was faster than the drain leaves its connection open: it is not waited for.
    private static Task<ServiceProcess> StartAsync(string preset, params IEnumerable<string> arguments) =>
        ServiceProcess.StartAsync(new ServiceSetup().With([$"--GracefulRestart:SignalPreset={preset}", "--GracefulRestart:IdleGrace=100ms", .. arguments]));
}
