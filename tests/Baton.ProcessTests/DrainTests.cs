using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>D2, D6, D7: how a process ends that has handed over or shuts down.</summary>
[Jit("The area: draining.")]
public sealed class DrainTests
{
    private const string Patient = "--GracefulRestart:DrainTimeout=01:00:00";
    private const string KeepsIdle = "--GracefulRestart:IdleGrace=01:00:00";
    private const string QuickExit = "--GracefulRestart:ExitTimeout=00:00:02";

    [Fact] // D7
    public async Task Predecessor_with_nothing_open_ends_without_waiting_for_any_limit()
    {
        await using ServiceProcess service = await StartAsync(Patient, KeepsIdle);

        int predecessor = await service.RestartAsync();

        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Empty(service.Log.All("forced by"));
    }

    [Fact] // D2
    public async Task Connection_kept_alive_ends_with_an_answer_that_says_so()
    {
        await using ServiceProcess service = await StartAsync(Patient, KeepsIdle);
        using HttpConnection kept = await HttpConnection.OpenAsync(service.Address);
        Assert.False((await kept.GetAsync()).Closes);

        int predecessor = await service.RestartAsync();

        Assert.All(await kept.GetUntilClosedAsync(), a => Assert.Equal(predecessor, a.Pid));
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // D2
    public async Task Idle_connection_is_closed_after_its_grace_and_not_by_the_drain_limit()
    {
        await using ServiceProcess service = await StartAsync(Patient, "--GracefulRestart:IdleGrace=00:00:01");
        using HttpConnection idle = await HttpConnection.OpenAsync(service.Address);
        await idle.GetAsync();

        int predecessor = await service.RestartAsync();

        await idle.EndsAsync();
        Assert.Equal(0, await service.EndAsync(predecessor));
    }

    [Fact] // A4
    public async Task Request_outlives_a_pause_of_the_machine_that_is_longer_than_the_drain_limit()
    {
        await using ServiceProcess service = await StartAsync("--GracefulRestart:DrainTimeout=00:00:05");
        (Latch latch, HttpConnection open) = await service.BeginRequestAsync();
        int predecessor = await service.RestartAsync();
        ServiceProcess.Signal(predecessor, Libc.SIGSTOP);
        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);

        ServiceProcess.Signal(predecessor, Libc.SIGCONT);
        latch.Open();

        Assert.Equal(predecessor, (await open.ReceiveAsync()).Pid);
        Assert.Equal(0, await service.EndAsync(predecessor));
        open.Dispose();
    }

    [Fact] // D6
    public async Task Request_that_never_ends_is_cut_at_the_drain_limit_and_counted()
    {
        await using ServiceProcess service = await StartAsync("--GracefulRestart:DrainTimeout=00:00:01", QuickExit);
        using HttpConnection stuck = await service.BeginStuckRequestAsync();

        int predecessor = await service.RestartAsync();

        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor));
        Assert.Single(service.Log.All($"Process {predecessor} forced by the drain timeout of 1 s: cut 1 connections and 1 requests"));
        await Assert.ThrowsAnyAsync<IOException>(() => stuck.ReceiveAsync());
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // D6
    public async Task Second_signal_to_shut_down_cuts_what_is_open()
    {
        await using ServiceProcess service = await StartAsync(Patient, QuickExit);
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("Serving -> ShuttingDown");

        service.Signal(Libc.SIGTERM);

        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(service.Pid));
        Assert.Single(service.Log.All("forced by a second signal, SIGTERM: cut 1 connections and 1 requests"));
    }

    [Fact] // D6
    public async Task Two_signals_to_a_process_that_has_handed_over_cut_what_is_open()
    {
        await using ServiceProcess service = await StartAsync(Patient, QuickExit);
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        int predecessor = await service.RestartAsync();

        ServiceProcess.Signal(predecessor, Libc.SIGTERM);
        await Deadline.UntilAsync(() =>
        {
            // Two that arrive together are one: sent until it has had enough.
            _ = Libc.kill(predecessor, Libc.SIGTERM);
            return service.Log.All($"Process {predecessor} forced by a second signal").Count > 0;
        });

        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(predecessor));
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact]
    public async Task Request_in_progress_is_finished_before_a_shutdown()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;

        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("Serving -> ShuttingDown");
        await Deadline.UntilAsync(() => !service.Address.Accepts());
        latch.Open();

        Assert.Equal(200, (await slow.ReceiveAsync()).Status);
        await slow.EndsAsync();
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    private static Task<ServiceProcess> StartAsync(params IEnumerable<string> options) =>
        ServiceProcess.StartAsync(new ServiceSetup().With(options));
}
