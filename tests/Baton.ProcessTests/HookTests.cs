using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>Hooks of a real service; every order and every failure of them is in the unit tests.</summary>
public sealed class HookTests
{
    [Fact]
    public async Task Hooks_are_called_around_a_restart_and_change_how_the_successor_starts()
    {
        await using ServiceProcess service = await StartAsync();

        int old = await service.RestartAsync();

        await service.EndAsync(old);
        Assert.Equal(
            [
                "before Restart by SIGUSR2", "before successor 2", "after Restart by SIGUSR2",
                $"second departure, DepartureContext {{ Reason = HandedOver, SuccessorPid = {service.Pid} }}",
                $"first departure, DepartureContext {{ Reason = HandedOver, SuccessorPid = {service.Pid} }}",
            ],
            Calls(service, old).OrderBy(c => c.Contains("departure", StringComparison.Ordinal)));
        Assert.Equal("green 2", (await HttpConnection.GetOnceAsync(service.Address, "/env?name=COLOR")).Text);
        Assert.Contains("--color=green", (await HttpConnection.GetOnceAsync(service.Address, "/args")).Text, StringComparison.Ordinal);
        await service.Log.FirstAsync("A hook has set BATON_HANDOVER for the successor, which hooks can't set: dropped");

        // The change is the successor's own command now, and is changed again.
        await service.RestartAsync();
        Assert.Equal("green 3", (await HttpConnection.GetOnceAsync(service.Address, "/env?name=COLOR")).Text);
    }

    [Fact]
    public async Task Hooks_are_called_around_a_shutdown_and_at_the_departure_in_reverse()
    {
        await using ServiceProcess service = await StartAsync();

        await service.StopAsync();

        Assert.Equal(
            [
                "before Shutdown by SIGTERM", "after Shutdown by SIGTERM", "second departure, DepartureContext { Reason = Shutdown, SuccessorPid =  }",
                "first departure, DepartureContext { Reason = Shutdown, SuccessorPid =  }",
            ],
            Calls(service, service.Pid).OrderBy(c => c.Contains("departure", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Hooks_are_called_for_a_shutdown_that_the_application_asks()
    {
        await using ServiceProcess service = await StartAsync();

        await HttpConnection.GetOnceAsync(service.Address, "/shutdown");

        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Contains("before Shutdown by a request", Calls(service, service.Pid));
    }

    [Fact]
    public async Task Hooks_are_called_after_a_restart_that_failed_and_the_old_process_serves()
    {
        await using ServiceProcess service = await StartAsync();
        service.SetNextBehaviour("crash-in-main");

        await service.FailToRestartAsync();

        await service.Log.FirstAsync(@"hook: after failed restart, SuccessorExited of \d+");
        await service.Log.FirstAsync("hook: after Restart by SIGUSR2");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Theory]
    [InlineData("hang-in-hook")]
    [InlineData("wait-in-hook")]
    [InlineData("hang-at-departure")]
    public async Task Hook_that_hangs_holds_up_a_shutdown_for_its_time_and_no_longer(string behaviour)
    {
        await using ServiceProcess service = await StartAsync(behaviour, "--GracefulRestart:HookTimeout=500ms");

        await service.StopAsync();

        await service.Log.FirstAsync("The hooks .* are given up: they have not ended within 0.5 s; things go on without them");
    }

    [Fact]
    public async Task Hook_that_throws_is_logged_and_the_shutdown_goes_on()
    {
        await using ServiceProcess service = await StartAsync("throw-in-hook", "--GracefulRestart:HookTimeout=1h");

        await service.StopAsync();

        await service.Log.FirstAsync("A hook before Shutdown by SIGTERM failed; things go on without it");
    }

    [Theory]
    [InlineData("hang-in-hook", "hook: before Shutdown by SIGTERM")]
    [InlineData("hang-at-departure", "Calling 3 hooks at the departure")]
    public async Task Second_signal_does_not_wait_for_a_hook_that_hangs(string behaviour, string line)
    {
        await using ServiceProcess service = await StartAsync(behaviour, "--GracefulRestart:HookTimeout=1h", "--GracefulRestart:DrainTimeout=infinite");
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync(line);
        if (behaviour == "hang-in-hook")
        {
            // Until then it serves as ever.
            Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);
            service.SetNextBehaviour("");
        }

        service.Signal(Libc.SIGTERM);

        Assert.Equal(0, await service.EndAsync(service.Pid));
    }

    [Fact]
    public async Task Hook_of_a_service_whose_pool_is_stuck_holds_up_a_shutdown_for_its_time_and_no_longer()
    {
        await using ServiceProcess service = await StartAsync("wait-in-hook", "--GracefulRestart:HookTimeout=500ms");
        using HttpConnection starving = await HttpConnection.OpenAsync(service.Address);
        await starving.SendGetAsync("/starve?items=400&seconds=600");
        await service.Log.FirstAsync($"The thread pool of process {service.Pid} is stuck");

        service.Signal(Libc.SIGTERM);

        await service.Log.FirstAsync("hook: before Shutdown by SIGTERM");
        await service.Log.FirstAsync("Serving -> ShuttingDown");
    }

    [Fact]
    public async Task Signal_for_hooks_only_calls_them()
    {
        await using ServiceProcess service = await StartAsync("", "--GracefulRestart:Signals:SIGUSR1=HookOnly", "--GracefulRestart:Signals:SIGALRM=Ignore");

        service.Signal(Libc.SIGUSR1);
        await service.Log.FirstAsync("hook: after HookOnly by SIGUSR1");
        service.Signal(Libc.SIGALRM);
        await service.Log.FirstAsync("hook: after Ignore by SIGALRM");

        Assert.Equal(
            ["before HookOnly by SIGUSR1", "after HookOnly by SIGUSR1", "before Ignore by SIGALRM", "after Ignore by SIGALRM"], Calls(service, service.Pid));
    }

    private static Task<ServiceProcess> StartAsync(string behaviour = "", params IEnumerable<string> arguments) =>
        ServiceProcess.StartAsync(new ServiceSetup { FirstBehaviour = $"hooks\n{behaviour}".TrimEnd() }.With(arguments));

    private static IEnumerable<string> Calls(ServiceProcess service, int pid) =>
        service.Log.All($@"\[{pid}\] hook: (?<call>.*)").Select((Match m) => m.Groups["call"].Value);
}
