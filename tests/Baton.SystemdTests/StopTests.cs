using Baton.ProcessTests.Http;
using Baton.SystemdTests.Machine;

namespace Baton.SystemdTests;

/// <summary>Checklist E1: systemd's own SIGTERM is enough: it waits for a main process that it has not started itself, too.</summary>
public class StopTests(SystemdMachine machine) : IClassFixture<SystemdMachine>
{
    private const string LongProbation = "Environment=GracefulRestart__Probation=00:01:00";

    [Theory]
    [InlineData("stop", 2, "")]
    [InlineData("restart", 1, "")]
    [InlineData("stop", 1, "NotifyAccess=main")]
    public async Task Requests_are_finished_after_the_predecessor_has_gone(string verb, int reloads, string service)
    {
        await using Unit unit = await Unit.StartAsync(machine, service);
        for (int restart = 0; restart < reloads; restart++)
        {
            await unit.ReloadAsync();
            await unit.SettleAsync();
        }

        int main = await unit.MainPidAsync();
        await EndWithOpenRequestAsync(unit, verb);
        Assert.Equal(verb == "restart" ? 1 : 0, (await unit.PidsAsync()).Length);
        if (verb == "restart")
        {
            Assert.NotEqual(main, (await unit.GetAsync()).Pid);
        }
    }

    [Fact]
    public async Task Requests_are_finished_of_both_while_the_predecessor_still_drains()
    {
        await using Unit unit = await StartWithCgroupsAsync("");
        using HttpConnection old = await unit.BeginRequestAsync("old");
        await unit.ReloadAsync();
        await unit.UntilAsync("StatusText", "Generation 2 serves");
        using HttpConnection slow = await unit.BeginRequestAsync();

        Task<CommandResult> stop = unit.SystemctlAsync("stop");
        await unit.UntilAsync("StatusText", status => status.StartsWith("Draining ", StringComparison.Ordinal));

        await unit.AnswerAsync(old, "old");
        Assert.Equal("deactivating", await unit.ShowAsync("ActiveState"));
        await unit.AnswerAsync(slow);
        Assert.Equal(0, (await stop).Code);
        Assert.Equal("success", await unit.ShowAsync("Result"));
    }

    [Fact]
    public async Task Stop_on_probation_ends_both_processes_gracefully()
    {
        await using Unit unit = await StartWithCgroupsAsync(LongProbation);
        await unit.ReloadAsync();
        Assert.Equal(2, (await unit.PidsAsync()).Length);

        await EndWithOpenRequestAsync(unit, "stop");

        Assert.Empty(await unit.PidsAsync());
        Assert.Equal(3, (await unit.JournalAsync()).Split("ShuttingDown -> Exited").Length);
    }

    // The old process was a successor itself.
    [Fact]
    public async Task Requests_are_finished_after_a_roll_back()
    {
        await using Unit unit = await Unit.StartAsync(machine);
        int second = await unit.ReloadAsync();
        await unit.SettleAsync();
        unit.SetNextBehaviour("after-commit kill 1");
        await unit.ReloadInVainAsync(second);

        await EndWithOpenRequestAsync(unit, "stop");
        Assert.Empty(await unit.PidsAsync());
    }

    // At once: not because the watchdog or a time-out has passed.
    [Fact]
    public async Task Killed_main_process_is_noticed_after_the_predecessor_has_gone()
    {
        await using Unit unit = await Unit.StartAsync(machine, "WatchdogSec=infinity");
        await unit.ReloadAsync();
        await unit.SettleAsync();

        await unit.KillAsync("KILL", await unit.MainPidAsync());

        await unit.UntilAsync("NRestarts", "1");
        Assert.Contains("Main process exited, code=killed, status=9/KILL", await unit.JournalAsync(), StringComparison.Ordinal);
        await unit.UntilAsync("StatusText", "Generation 1 serves");
        Assert.Equal(200, (await unit.GetAsync()).Status);
    }

    private static async Task EndWithOpenRequestAsync(Unit unit, string verb)
    {
        using HttpConnection slow = await unit.BeginRequestAsync();
        Task<CommandResult> end = unit.SystemctlAsync(verb);
        await unit.UntilAsync("StatusText", status => status.StartsWith("Draining ", StringComparison.Ordinal));
        Assert.False(end.IsCompleted);

        await unit.AnswerAsync(slow);
        Assert.Equal(0, (await end).Code);
        Assert.Equal("success", await unit.ShowAsync("Result"));
    }

    private async Task<Unit> StartWithCgroupsAsync(string service)
    {
        Assert.SkipWhen(
            machine.Problem is null && !machine.UnifiedCgroups,
            "STOPPING TWO PROCESSES IS NOT TESTED: in a container with cgroup v1 systemd does not wait for what it has not started; ExecStop= is needed there.");
        return await Unit.StartAsync(machine, service);
    }
}
