using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>Checklist E1: what real processes tell a service manager, over whole stories. A real one hears it in Baton.SystemdTests.</summary>
[Jit("The area: notifying systemd.")]
public sealed class SystemdNotifyTests : IDisposable
{
    private readonly NotifyListener _systemd = new();

    public void Dispose() => _systemd.Dispose();

    [Fact]
    public async Task Restart_is_told_by_the_predecessor_and_its_end_is_not()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_systemd.Setup(TimeSpan.FromMilliseconds(100)));
        await _systemd.HeardAsync("READY=1 STATUS=Generation 1 serves");
        int predecessor = await service.RestartAsync();
        Assert.Equal(0, await service.EndAsync(predecessor));
        await _systemd.HeardAsync("STATUS=Generation 2 serves");
        Assert.Equal("", (await HttpConnection.GetOnceAsync(service.Address, "/env?name=NOTIFY_SOCKET")).Text);

        // Afterwards systemd is made to look again at its main process: a stand-in, and at once this one again.
        await _systemd.HeardAsync($"MAINPID={service.Pid}", times: 2);
        List<string> all = [.. _systemd.Said];
        int proved = all.IndexOf("STATUS=Generation 2 serves");
        Assert.Matches(@"^MAINPID=\d+$", all[proved + 1]);
        Assert.NotEqual($"MAINPID={service.Pid}", all[proved + 1]);
        Assert.All(all.Skip(proved + 2).Where(s => s != "BARRIER=1"), s => Assert.Equal($"MAINPID={service.Pid}", s));

        List<string> said = all[..(proved + 1)];
        Assert.Equal("READY=1 STATUS=Generation 1 serves", said[0]);
        Assert.Matches(@"^RELOADING=1 MONOTONIC_USEC=\d+ STATUS=Restarting: asked by SIGUSR2$", said[1]);
        Assert.All(said.Skip(2).SkipLast(2), s => Assert.StartsWith($"STATUS=Restarting: successor {service.Pid}: ", s, StringComparison.Ordinal));
        Assert.Matches($"^MAINPID={service.Pid} READY=1 STATUS=Generation 2 serves, on probation until ", said[^2]);
        Assert.Equal("STATUS=Generation 2 serves", said[^1]);

        // The listener is the same: stored once.
        Assert.Equal((1, 0), (_systemd.Count("FDSTORE=1"), _systemd.Count("FDSTOREREMOVE=1")));

        await service.StopAsync();
        Assert.Equal(1, _systemd.Count("STOPPING=1"));
        Assert.Matches(@"^STOPPING=1 STATUS=Draining \d+ connections$", _systemd.Said.First(s => s.StartsWith("STOPPING", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Failed_restart_is_told_without_another_main_process()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_systemd.Setup(TimeSpan.Zero));
        service.SetNextBehaviour("crash-in-main");
        await service.FailToRestartAsync();
        await _systemd.HeardAsync("READY=1", times: 2);

        Assert.Matches("^READY=1 STATUS=Restart by SIGUSR2: successor ", _systemd.Said[^1]);
        Assert.Equal((0, 0), (_systemd.Count("MAINPID"), _systemd.Count("STOPPING")));
    }

    [Fact]
    public async Task Roll_back_gives_the_main_process_back_and_the_dead_one_stops_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_systemd.Setup(TimeSpan.FromSeconds(60)));
        int first = service.Pid;
        service.SetNextBehaviour("after-commit unhealthy 1");
        await service.RestartAsync();
        int second = service.Pid;
        await service.RolledBackAsync();
        await _systemd.HeardAsync("READY=1 STATUS=Restart by");
        await service.EndAsync(second);

        string[] mains = [.. _systemd.Said.Where(s => s.StartsWith("MAINPID", StringComparison.Ordinal)).Select(s => s.Split(" STATUS")[0])];
        Assert.Equal([$"MAINPID={second} READY=1", $"MAINPID={first} READY=1"], mains);
        Assert.Equal(0, _systemd.Count("STOPPING"));
    }

    [Fact]
    public async Task Shutdown_of_a_probation_is_told_once_whichever_process_was_asked()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_systemd.Setup(TimeSpan.FromSeconds(60)));
        int predecessor = await service.RestartAsync();
        ServiceProcess.Signal(predecessor, Libc.SIGTERM);
        await service.EndAsync(predecessor);
        await Deadline.UntilAsync(() => service.Living.Count == 0);

        Assert.Equal(1, _systemd.Count("STOPPING=1"));
    }

    [Fact]
    public async Task Watchdog_hears_from_each_generation_in_charge_also_where_hooks_change_the_environment()
    {
        ServiceSetup setup = _systemd.Setup(TimeSpan.Zero, ("WATCHDOG_USEC", "200000")) with { FirstBehaviour = "hooks" };
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await _systemd.HeardAsync("WATCHDOG=1", times: 3);
        int predecessor = await service.RestartAsync();
        await service.EndAsync(predecessor);
        Assert.Equal("green 2", (await HttpConnection.GetOnceAsync(service.Address, "/env?name=COLOR")).Text);

        await _systemd.HeardAsync("WATCHDOG=1", times: _systemd.Count("WATCHDOG=1") + 3);
    }

    // The manager is gone, or never was.
    [Fact]
    public async Task Service_does_not_depend_on_who_listens()
    {
        var nowhere = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = "/run/no-such-directory/notify" };
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Environment = nowhere });
        await service.Log.FirstAsync("Could not tell systemd: ");
        await service.RestartAsync();
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);
    }
}
