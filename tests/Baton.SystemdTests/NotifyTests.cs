using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Baton.SystemdTests.Machine;

namespace Baton.SystemdTests;

/// <summary>Checklist E1: what systemd knows of a service, and does with it, over its restarts.</summary>
public class NotifyTests(SystemdMachine machine) : IClassFixture<SystemdMachine>
{
    [Fact]
    public async Task Service_is_active_once_it_serves_and_its_status_says_so()
    {
        await using Unit unit = await Unit.StartAsync(machine, program: SystemdMachine.Hello);

        Assert.Equal("active", await unit.ShowAsync("ActiveState"));
        Assert.Equal("Generation 1 serves", await unit.ShowAsync("StatusText"));
        Assert.StartsWith("Hello", (await unit.GetAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(await unit.MainPidAsync(), (await unit.GetAsync()).Pid);
    }

    [Fact]
    public async Task Reload_under_load_loses_no_request_and_the_main_pid_follows()
    {
        await using Unit unit = await Unit.StartAsync(machine);
        await using BackgroundLoad load = BackgroundLoad.Start(unit.Address);
        await load.MoreAsync();

        for (int restart = 0; restart < 3; restart++)
        {
            int main = await unit.ReloadAsync();
            await load.MoreAsync();
            Assert.Equal(main, (await unit.GetAsync()).Pid);

            // Not before the predecessor has ended: that it does is no news to systemd.
            await unit.SettleAsync();
            Assert.Equal("active", await unit.ShowAsync("ActiveState"));
            Assert.Equal(main, await unit.MainPidAsync());
        }

        await load.EndWithoutFailureAsync();
        Assert.Equal("0", await unit.ShowAsync("NRestarts"));
        Assert.DoesNotContain("Stopping", await unit.JournalAsync(), StringComparison.Ordinal);
    }

    // What the host's own UseSystemd() goes by: no notifier, the journal's log format in every generation.
    [Fact]
    public async Task Host_finds_no_notify_socket_and_believes_that_it_runs_in_a_service()
    {
        await using Unit unit = await Unit.StartAsync(machine);
        for (int generation = 1; generation <= 2; generation++)
        {
            string pid = await unit.ShowAsync("MainPID");
            Assert.Equal("", (await unit.GetAsync("/env?name=NOTIFY_SOCKET")).Text);
            Assert.Equal("", (await unit.GetAsync("/env?name=WATCHDOG_PID")).Text);
            Assert.Equal(pid, (await unit.GetAsync("/env?name=SYSTEMD_EXEC_PID")).Text);
            await unit.ReloadAsync();
        }
    }

    // E5.
    [Fact]
    public async Task New_release_is_deployed_by_a_switched_link_and_a_reload()
    {
        await using Unit unit = await Unit.StartAsync(machine);
        Assert.Contains("/releases/1/", (await unit.GetAsync("/release")).Text, StringComparison.Ordinal);
        await unit.AddReleaseAsync("2", SystemdMachine.TestService);
        await unit.SwitchAsync("2");

        await unit.ReloadAsync();

        Assert.Contains("/releases/2/", (await unit.GetAsync("/release")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_of_a_bad_release_leaves_the_old_process_in_charge_and_says_why()
    {
        await using Unit unit = await Unit.StartAsync(machine);
        await using BackgroundLoad load = BackgroundLoad.Start(unit.Address);
        int main = await unit.MainPidAsync();
        unit.SetNextBehaviour("crash-in-hosted-service");

        await unit.SystemctlAsync("reload");
        string status = await unit.UntilAsync("StatusText", s => s.StartsWith("Restart by SIGHUP", StringComparison.Ordinal));

        Assert.Contains("could not start: InvalidOperationException: told to crash in a hosted service", status, StringComparison.Ordinal);
        await unit.UntilAsync("ActiveState", "active");
        Assert.Equal(main, await unit.MainPidAsync());
        unit.SetNextBehaviour("");
        Assert.NotEqual(main, await unit.ReloadAsync());
        await load.EndWithoutFailureAsync();
    }

    // With ExecReload= as docs/cli.md has it systemd can show that a reload has failed.
    [Fact]
    public async Task Reload_by_baton_waits_for_the_outcome_and_fails_if_the_restart_does()
    {
        await using Unit unit = await Unit.StartAsync(machine, "ExecReload=\nExecReload=/usr/local/lib/baton/baton restart $MAINPID --quiet --timeout 80s");
        await machine.DoAsync("cp", "-r", SystemdMachine.Cli, "/usr/local/lib/baton");
        await using BackgroundLoad load = BackgroundLoad.Start(unit.Address);
        int first = await unit.MainPidAsync();

        Assert.Equal(0, (await unit.SystemctlAsync("reload")).Code);
        int second = await unit.MainPidAsync();
        Assert.NotEqual(first, second);
        Assert.Equal("Generation 2 serves", await unit.ShowAsync("StatusText"));

        unit.SetNextBehaviour("crash-in-hosted-service");
        CommandResult failed = await unit.SystemctlAsync("reload");

        Assert.NotEqual(0, failed.Code);
        Assert.Contains("hello.service failed", failed.Errors, StringComparison.Ordinal);
        Assert.Contains("told to crash in a hosted service", await unit.JournalAsync(), StringComparison.Ordinal);
        await unit.UntilAsync("ActiveState", "active");
        Assert.Equal(second, await unit.MainPidAsync());
        await load.EndWithoutFailureAsync();
    }

    [Fact]
    public async Task Main_process_killed_on_probation_is_rolled_back_and_the_old_pid_is_the_main_one_again()
    {
        await using Unit unit = await Unit.StartAsync(machine, "Environment=GracefulRestart__Probation=00:01:00");
        await using SurvivingLoad load = SurvivingLoad.Start(unit.Address);
        int first = await unit.MainPidAsync();
        int second = await unit.ReloadAsync();
        await load.MoreAsync();
        await unit.UntilAsync("StatusText", status => Regex.IsMatch(status, @"^Generation 2 serves, on probation until \d\d:\d\d:\d\d UTC$"));

        await unit.KillAsync("KILL", second);
        await unit.UntilAsync("MainPID", $"{first}");
        load.Recovered();

        await load.EndAsync();
        await unit.UntilAsync("StatusText", status => status.Contains("rolled back", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("active", await unit.ShowAsync("ActiveState"));
        Assert.Equal("0", await unit.ShowAsync("NRestarts"));
        Assert.Equal(first, (await unit.GetAsync()).Pid);
        Assert.NotEqual(first, await unit.ReloadAsync());
    }

    [Fact]
    public async Task Complete_restart_is_followed_too()
    {
        await using Unit unit = await Unit.StartAsync(machine, "Environment=GracefulRestart__Strategy=Complete");
        int first = await unit.MainPidAsync();

        int second = await unit.ReloadAsync();
        await unit.UntilAsync("StatusText", "Generation 2 serves");

        Assert.Equal(second, (await unit.GetAsync()).Pid);
        await Deadline.UntilAsync(async () => (await unit.PidsAsync()).SequenceEqual([$"{second}"]));
        Assert.Equal("active", await unit.ShowAsync("ActiveState"));
        Assert.Equal("0", await unit.ShowAsync("NRestarts"));
        Assert.NotEqual(first, second);
    }
}
