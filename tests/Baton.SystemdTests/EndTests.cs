using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;
using Baton.SystemdTests.Machine;

namespace Baton.SystemdTests;

/// <summary>Checklist E1: how a service ends, wanted or not, and what systemd does then.</summary>
public class EndTests(SystemdMachine machine) : IClassFixture<SystemdMachine>
{
    // TimeoutStopSec= is shorter than the drain that the service allows itself. After a restart systemd has not started the main process itself.
    [Fact]
    public async Task Stop_takes_as_long_as_the_drain_needs()
    {
        await using Unit unit = await Unit.StartAsync(machine, "TimeoutStopSec=2");
        await unit.ReloadAsync();
        await unit.SettleAsync();
        using HttpConnection slow = await unit.BeginRequestAsync();

        Task<CommandResult> stop = unit.SystemctlAsync("stop");
        await unit.UntilAsync("StatusText", status => status.StartsWith("Draining ", StringComparison.Ordinal));
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        await unit.AnswerAsync(slow);
        Assert.Equal(0, (await stop).Code);
        Assert.Equal("success", await unit.ShowAsync("Result"));
    }

    // The store: in between nobody listens but systemd, and nobody is refused.
    [Fact]
    public async Task Killed_only_process_is_restarted_and_no_connection_is_refused()
    {
        await using Unit unit = await Unit.StartAsync(machine);
        await unit.ReloadAsync();
        await unit.SettleAsync();
        Assert.Equal("1", await unit.ShowAsync("NFileDescriptorStore"));
        await using SurvivingLoad load = SurvivingLoad.Start(unit.Address);
        await load.MoreAsync();

        await unit.KillAsync("KILL", await unit.MainPidAsync());
        await unit.UntilAsync("NRestarts", "1");
        await unit.UntilAsync("ActiveState", "active");
        load.Recovered();

        await load.EndAsync();
        Assert.Equal("1", await unit.ShowAsync("NFileDescriptorStore"));
        Assert.Contains("http server listening on [:8080] (inherited)", (await unit.JournalAsync()).Split("Scheduled restart job")[1], StringComparison.Ordinal);

        // What the environment says of the store is not the application's.
        Assert.Equal("", (await unit.GetAsync("/env?name=LISTEN_FDS")).Text);
    }

    // An address that the new configuration does not have must not be kept open by the store.
    [Fact]
    public async Task Address_that_is_gone_leaves_the_store()
    {
        await using Unit unit = await Unit.StartAsync(machine, "Environment=Kestrel__Endpoints__B__Url=http://127.0.0.1:8081\nExecStart=\nExecStart=/srv/hello/current/Hello --Kestrel:Endpoints:A:Url=http://*:8080");
        ServiceAddress second = unit.At(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 8081));
        await unit.UntilAsync("NFileDescriptorStore", "2");
        Assert.True(second.Accepts());
        unit.SetNextBehaviour("forget Kestrel__Endpoints__B__Url");

        await unit.ReloadAsync();
        await unit.SettleAsync();

        await unit.UntilAsync("NFileDescriptorStore", "1");
        await Deadline.UntilAsync(() => !second.Accepts());
    }

    // The successor is not systemd's child yet, so systemd does not see its end; the old process does.
    [Fact]
    public async Task Main_process_killed_while_its_predecessor_still_drains_is_noticed()
    {
        await using Unit unit = await Unit.StartAsync(machine);
        int first = await unit.MainPidAsync();
        using HttpConnection slow = await unit.BeginRequestAsync();
        int second = await unit.ReloadAsync();
        await unit.UntilAsync("StatusText", "Generation 2 serves");
        Assert.Contains($"{first}", await unit.PidsAsync());

        await unit.KillAsync("KILL", second);

        await unit.UntilAsync("MainPID", $"{first}");
        await unit.AnswerAsync(slow);
        await unit.UntilAsync("NRestarts", "1");
        await unit.UntilAsync("StatusText", "Generation 1 serves");
        Assert.Equal(200, (await unit.GetAsync()).Status);
    }

    // Its end is seen by the process that took over from it, which is itself on its way out by then.
    [Fact]
    public async Task Release_that_gave_back_and_dies_while_the_next_one_serves_is_not_the_end_of_the_service()
    {
        await using Unit unit = await Unit.StartAsync(machine, "Environment=GracefulRestart__Probation=00:00:08");
        int first = await unit.MainPidAsync();
        using HttpConnection ofFirst = await unit.BeginRequestAsync("first");
        int bad = await unit.ReloadAsync();
        using HttpConnection ofBad = await unit.BeginRequestAsync("bad");
        await unit.GetAsync("/unhealthy");
        await unit.UntilAsync("MainPID", $"{first}");
        int good = await unit.ReloadAsync();
        await unit.UntilAsync("StatusText", "Generation 2 serves");
        Assert.Subset((await unit.PidsAsync()).ToHashSet(), ((int[])[first, bad, good]).Select(pid => $"{pid}").ToHashSet());

        await unit.KillAsync("KILL", bad);

        await Deadline.UntilAsync(async () => (await unit.JournalAsync()).Contains($"Successor {bad} was ended by SIGKILL; process {first} is still there", StringComparison.Ordinal));
        await unit.AnswerAsync(ofFirst, "first");
        await unit.SettleAsync();
        Assert.Equal(good, await unit.MainPidAsync());
        Assert.Equal(("active", "success", "0"), (await unit.ShowAsync("ActiveState"), await unit.ShowAsync("Result"), await unit.ShowAsync("NRestarts")));
        Assert.Equal(good, (await unit.GetAsync()).Pid);
    }

    [Fact]
    public async Task Watchdog_is_kept_alive_over_a_reload_and_a_roll_back_and_kills_a_service_that_hangs()
    {
        // Longer than the watchdog waits: the process on probation must speak, too.
        await using Unit unit = await Unit.StartAsync(machine, "WatchdogSec=3\nTimeoutAbortSec=2\nEnvironment=GracefulRestart__Probation=00:00:05");
        await unit.ReloadAsync();
        await unit.SettleAsync();
        unit.SetNextBehaviour("after-commit kill 1");
        int main = await unit.MainPidAsync();
        await unit.ReloadInVainAsync(main);

        // Nobody else is left who could speak.
        for (int sign = 0; sign < 2; sign++)
        {
            string last = await unit.ShowAsync("WatchdogTimestampMonotonic");
            await unit.UntilAsync("WatchdogTimestampMonotonic", now => now != last);
        }

        Assert.Equal("active", await unit.ShowAsync("ActiveState"));
        Assert.Equal("0", await unit.ShowAsync("NRestarts"));
        unit.SetNextBehaviour("");

        // It gets no answer: no thread is left for one.
        using HttpConnection starving = await HttpConnection.OpenAsync(unit.Address);
        await starving.SendGetAsync("/starve?items=5000&seconds=1000");

        await unit.UntilAsync("NRestarts", "1");
        Assert.Contains("Watchdog timeout", await unit.JournalAsync(), StringComparison.Ordinal);
        await unit.UntilAsync("StatusText", "Generation 1 serves");
        Assert.Equal(200, (await unit.GetAsync()).Status);
    }
}
