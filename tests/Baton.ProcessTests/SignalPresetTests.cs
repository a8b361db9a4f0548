using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>F16: each preset, chosen by its name, and each action of a signal that is really sent. Which signal does what in which preset is in SignalTableTests.</summary>
public sealed class SignalPresetTests
{
    [Theory]
    [InlineData("Default", Libc.SIGUSR2, Libc.SIGTERM)]
    [InlineData("Default", Libc.SIGHUP, Libc.SIGINT)]
    [InlineData("GoFrame", Libc.SIGUSR1, Libc.SIGQUIT)]
    [InlineData("Endless", Libc.SIGHUP, Libc.SIGTERM)]
    [InlineData("Trpc", Libc.SIGUSR2, Libc.SIGINT)]
    [InlineData("Tableflip", Libc.SIGHUP, Libc.SIGQUIT)]
    [InlineData("Tencent", Libc.SIGHUP, Libc.SIGTERM)]
    public async Task Signals_of_that_system_restart_and_shut_down_and_open_requests_finish(string preset, int restart, int shutdown)
    {
        await using ServiceProcess service = await StartAsync(preset);
        using var connection = await HttpConnection.OpenAsync(service.Address);

        int predecessor = await service.RestartAsync(restart);

        Assert.NotEqual(predecessor, service.Pid);
        int second = await service.RestartAsync(restart);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Equal(0, await service.EndAsync(second) ?? 0);

        (Latch latch, HttpConnection open) = await service.BeginRequestAsync();
        using HttpConnection slow = open;
        service.Signal(shutdown);
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

    [Fact]
    public async Task Signals_that_endless_only_listens_for_change_nothing()
    {
        await using ServiceProcess service = await StartAsync("Endless");

        foreach ((int signal, string name) in (IEnumerable<(int, string)>)[(Libc.SIGUSR1, "SIGUSR1"), (Libc.SIGTSTP, "SIGTSTP")])
        {
            service.Signal(signal);
            await service.Log.FirstAsync($"{name} arrived: hooks are called, no more");
            Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        }

        await service.RestartAsync(Libc.SIGHUP);
    }

    [Theory]
    [InlineData("GoFrame", Libc.SIGHUP)]
    [InlineData("Default", Libc.SIGUSR1)]
    public async Task Signal_that_is_not_in_the_table_keeps_the_default_of_the_kernel(string preset, int signal)
    {
        await using ServiceProcess service = await StartAsync(preset);

        service.Signal(signal);

        Assert.Equal(128 + signal, await service.EndAsync(service.Pid));
    }

    [Fact] // F16
    public async Task Signals_that_are_to_be_ignored_are_harmless_also_to_a_process_that_starts()
    {
        (int Number, string Name, string Logged)[] ignored =
        [
            (Libc.SIGUSR1, "SIGUSR1", "SIGUSR1"), (Libc.SIGHUP, "SIGHUP", "SIGHUP"), (Libc.SIGTERM, "SIGTERM", "SIGTERM"),
            (Libc.SIGALRM, "SIGALRM", @"\S*"), (Libc.SIGRTMAX, "64", @"\S*"),
        ];
        await using ServiceProcess service = await StartAsync("Default", ignored.Select(s => $"--GracefulRestart:Signals:{s.Name}=Ignore"));
        int pid = service.Pid;
        foreach ((int number, _, string logged) in ignored)
        {
            int sent = service.Log.Length;
            service.Signal(number);
            await service.Log.FirstAsync($"{logged} ignored: the signal table says so", sent);
            Assert.Equal(pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        }

        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.Behaviour);
        int after = service.Log.Length;
        service.Signal(Libc.SIGUSR2);
        int successor = await service.SuccessorAsync(after);

        // At once: it has no handler yet.
        Assert.All(ignored, s => ServiceProcess.Signal(successor, s.Number));
        await latch.ReachedAsync();
        latch.Open();
        await service.RestartedAsync(after);
        Assert.Equal(successor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.Empty(service.Log.All("Shutdown asked"));
    }

    [Fact]
    public async Task Signals_of_the_host_that_are_to_restart_do_not_stop_it_as_well()
    {
        await using ServiceProcess service = await StartAsync("Default", "--GracefulRestart:Signals:SIGINT=Restart", "--GracefulRestart:Signals:SIGTERM=Restart");

        foreach (int signal in (int[])[Libc.SIGINT, Libc.SIGTERM, Libc.SIGINT, Libc.SIGTERM])
        {
            await service.RestartAsync(signal);
        }

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
