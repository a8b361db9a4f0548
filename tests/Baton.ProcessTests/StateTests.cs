using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>State goes over with the handover, in the message and as memory; where it can't, the predecessor serves on with what it has.</summary>
public sealed class StateTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup().With("--State=on", "--GracefulRestart:StateTimeout=00:00:02");

    [Fact]
    public async Task State_goes_over_restart_after_restart_under_load()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await BlobAsync(service, 5_000_000);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        for (int i = 1; i <= 4; i++)
        {
            Assert.Equal(i, await CountAsync(service));
            await service.RestartAsync();
            Assert.Equal(5_000_000, await BlobAsync(service));
        }

        await load.EndWithoutFailureAsync();
        await service.Log.FirstAsync("State blob: 5000000 bytes of version 1 loaded");
        JsonArray passed = (await ControlWire.StatusAsync(service.ControlSocket))["passedState"]!.AsArray();
        Assert.Equal(["count 1", "blob 5000000"], passed.Select(s => $"{s!["name"]} {s["length"]}"));
        Assert.Empty(service.Log.All("was not passed on by process"));
        await service.StopAsync();
    }

    [Theory]
    [InlineData("throw-in-load", "could not start: it was to take over, but it could not load what it was passed: state count could not be loaded: InvalidOperationException: told to throw in load")]
    [InlineData("hang-in-load", "state count was not loaded within 2 s")]
    [InlineData("state-version 2", "state count has version 1, and this program understands 2")]
    public async Task Successor_that_can_not_load_its_state_is_backed_out_and_nothing_is_lost(string behaviour, string words)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await BlobAsync(service, 100_000);
        Assert.Equal(1, await CountAsync(service));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        service.SetNextBehaviour(behaviour);
        Assert.Contains(words, await service.FailToRestartAsync(), StringComparison.Ordinal);

        Assert.Equal(2, await CountAsync(service));
        service.SetNextBehaviour("");
        await service.RestartAsync();
        Assert.Equal(3, await CountAsync(service));
        Assert.Equal(100_000, await BlobAsync(service));
        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Theory]
    [InlineData("throw-in-save", "state count could not be saved: InvalidOperationException: told to throw in save")]
    [InlineData("hang-in-save", "state count was not saved within 2 s")]
    public async Task Predecessor_that_can_not_save_its_state_serves_on(string behaviour, string words)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { FirstBehaviour = behaviour });
        Assert.Equal(1, await CountAsync(service));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        service.SetNextBehaviour("");
        Assert.Contains(words, await service.FailToRestartAsync(), StringComparison.Ordinal);

        Assert.Equal(2, await CountAsync(service));
        Assert.Single(service.Living);
        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Fact]
    public async Task Optional_state_that_can_not_be_saved_is_left_out_and_both_processes_say_so()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { FirstBehaviour = "throw-in-save\nstate-optional" });
        await BlobAsync(service, 10);
        Assert.Equal(1, await CountAsync(service));
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();

        Assert.Equal(1, await CountAsync(service));
        Assert.Equal(10, await BlobAsync(service));
        await service.Log.FirstAsync("State count could not be saved and is optional: .*told to throw in save");
        await service.Log.FirstAsync($"State count was not passed on by process {predecessor}: process {service.Pid} starts without it");
        await service.StopAsync();
    }

    // Whoever lives serves: what it has got it loads first.
    [Fact]
    public async Task Successor_whose_predecessor_is_killed_while_it_loads_serves_with_the_state()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:StateTimeout=00:01:00"));
        Assert.Equal(1, await CountAsync(service));
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.BehaviourOf("load-at"));
        int after = service.Log.Length;
        service.Signal(Libc.SIGUSR2);
        await latch.ReachedAsync();
        service.Signal(Libc.SIGKILL);
        await service.Log.FirstAsync("died before it handed over", after);
        latch.Open();
        await service.RestartedAsync(after);
        Assert.Equal(2, await CountAsync(service));
        await service.StopAsync();
    }

    // Each server of a process has its own.
    [Fact]
    public async Task State_of_two_servers_goes_over_and_one_name_is_nobody_elses()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--Second", "http://127.0.0.1:0"));
        Assert.Equal((1, 1), await CountBothAsync(service));
        await service.RestartAsync();
        Assert.Equal((2, 2), await CountBothAsync(service));
        await service.StopAsync();
    }

    // One that lives hands back what it has counted, if its predecessor wants it; one that is killed has lost it.
    [Theory]
    [InlineData(true, "unhealthy", 4, "; its state came back")]
    [InlineData(true, "host-stop", 4, "; its state came back")]
    [InlineData(true, "kill", 2, "; what it had changed of the state is lost: the successor has handed nothing back")]
    [InlineData(true, "throw-in-save", 2, "; what it had changed of the state is lost: state count could not be saved: InvalidOperationException: told to throw in save")]
    [InlineData(false, "unhealthy", 2, "told to be unhealthy; rolled back")]
    public async Task Predecessor_that_serves_again_goes_on_with_what_it_wants(bool wantsBack, string misdeed, int next, string words)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            Setup with { Probation = TimeSpan.FromSeconds(60), FirstBehaviour = wantsBack ? "state-back" : "" });
        Assert.Equal(1, await CountAsync(service));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        bool saves = misdeed != "throw-in-save";
        Latch latch = service.NewLatch();
        service.SetNextBehaviour($"do-at {(saves ? misdeed : "unhealthy")} {latch.Name}\n{(saves ? "" : misdeed)}");
        int after = service.Log.Length;
        await service.RestartAsync();
        Assert.Equal(2, await CountAsync(service));
        Assert.Equal(3, await CountAsync(service));
        await latch.ReachedAsync();
        latch.Open();
        await service.RolledBackAsync(after);

        await service.Log.FirstAsync($"Restart failed: .*{Regex.Escape(words)}", after);
        Assert.Equal(next, await CountAsync(service));
        if (misdeed != "kill")
        {
            await load.EndWithoutFailureAsync();
        }

        await service.StopAsync();
    }

    // Which of the addresses is whose depends on which server was faster.
    private static async Task<(long First, long Second)> CountBothAsync(ServiceProcess service)
    {
        var counts = new List<long>();
        foreach (string path in (string[])["/count", "/count2"])
        {
            HttpAnswer[] answers = await Task.WhenAll(service.Addresses.Select(a => HttpConnection.GetOnceAsync(a, path)));
            counts.Add(long.Parse(Assert.Single(answers, a => a.Status == 200).Text, CultureInfo.InvariantCulture));
        }

        return (counts[0], counts[1]);
    }

    private static async Task<long> CountAsync(ServiceProcess service) => await NumberAsync(service, "/count");

    private static async Task<long> BlobAsync(ServiceProcess service, long? bytes = null) =>
        await NumberAsync(service, bytes is null ? "/blob" : string.Create(CultureInfo.InvariantCulture, $"/blob?bytes={bytes}"));

    private static async Task<long> NumberAsync(ServiceProcess service, string path)
    {
        HttpAnswer answer = await HttpConnection.GetOnceAsync(service.Address, path);
        Assert.Equal(service.Pid, answer.Pid);
        return long.Parse(answer.Text, CultureInfo.InvariantCulture);
    }
}
