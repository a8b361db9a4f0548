using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>Processes that nobody of the service has started take over from the one that serves.</summary>
public sealed class TakeOverTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly TemporaryDirectory _directory = new();
    private readonly string _url = $"http://127.0.0.1:{FreePort.Next()}";

    private string ControlDirectory => _directory.PathOf("c");

    private string ControlSocket => Path.Combine(ControlDirectory, "TestService.sock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Process_that_was_started_beside_it_takes_over_under_load_and_the_old_one_ends_with_0()
    {
        await using ServiceProcess old = await ServiceProcess.StartAsync(Setup(TimeSpan.FromSeconds(1)));
        await using BackgroundLoad load = BackgroundLoad.Start(old.Address);
        await using ServiceProcess taker = ServiceProcess.Launch(Setup(TimeSpan.FromSeconds(1)));
        await taker.RestartedAsync();

        Assert.Equal(0, await old.EndAsync(old.Pid));
        await load.EndWithoutFailureAsync();
        Assert.Equal(taker.Pid, (await HttpConnection.GetOnceAsync(taker.Address)).Pid);
        Assert.Equal(old.Pid, (int?)(await ControlWire.StatusAsync(ControlSocket))["predecessorPid"]);
        Assert.Empty(old.Log.All("Started successor"));

        // It is a process of the service like any other.
        await taker.RestartAsync();
        await taker.StopAsync();
    }

    [Fact]
    public async Task Second_one_is_refused_with_the_reason_and_the_first_goes_on()
    {
        await using ServiceProcess old = await ServiceProcess.StartAsync(Setup(TimeSpan.Zero));
        (ServiceProcess winner, Latch latch) = await BeginAsync(TimeSpan.Zero);
        await using ServiceProcess first = winner;

        await using ServiceProcess second = ServiceProcess.Launch(Setup(TimeSpan.Zero));
        Assert.Equal(1, await second.EndAsync(second.Pid));
        await second.Log.FirstAsync($"it was to take over, but it was refused: Restart by process {second.Pid} .* another restart is in progress, successor {first.Pid}");
        Assert.Equal(old.Pid, (await HttpConnection.GetOnceAsync(old.Address)).Pid);

        latch.Open();
        await first.RestartedAsync();
        Assert.Equal(0, await old.EndAsync(old.Pid));
        await first.StopAsync();
    }

    // While it starts; and when it serves on probation.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_is_killed_leaves_the_old_one_serving(bool serves)
    {
        await using ServiceProcess old = await ServiceProcess.StartAsync(Setup(Long));
        (ServiceProcess taker, Latch latch) = await BeginAsync(Long);
        await using ServiceProcess killed = taker;
        if (serves)
        {
            latch.Open();
            await killed.RestartedAsync();
        }

        killed.Signal(Libc.SIGKILL);
        await killed.EndAsync(killed.Pid);
        await old.Log.FirstAsync($"Restart failed: .* successor {killed.Pid} .*Process {old.Pid} {(serves ? "serves again" : "keeps serving")}");
        Assert.Equal(old.Pid, (await HttpConnection.GetOnceAsync(old.Address)).Pid);

        // It can still be taken over from.
        await using ServiceProcess next = ServiceProcess.Launch(Setup(TimeSpan.Zero));
        await next.RestartedAsync();
        ServiceProcess.Signal(old.Pid, Libc.SIGTERM);
        Assert.Equal(0, await old.EndAsync(old.Pid));
        await next.StopAsync();
    }

    [Fact]
    public async Task Bad_one_is_rolled_back_under_load_and_ends_with_1()
    {
        await using ServiceProcess old = await ServiceProcess.StartAsync(Setup(Long));
        await using BackgroundLoad load = BackgroundLoad.Start(old.Address);
        await using ServiceProcess bad = ServiceProcess.Launch(Setup(Long) with { FirstBehaviour = "after-commit unhealthy 1" });
        Assert.Equal(1, await bad.EndAsync(bad.Pid));
        await load.EndWithoutFailureAsync();
        Assert.Equal(old.Pid, (await HttpConnection.GetOnceAsync(old.Address)).Pid);
        await old.StopAsync();
    }

    // Each has a supervisor of its own: a stop means the process that is stopped.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_of_one_during_the_probation_leaves_the_other_serving(bool stopsTheNewOne)
    {
        await using ServiceProcess old = await ServiceProcess.StartAsync(Setup(Long));
        await using BackgroundLoad load = BackgroundLoad.Start(old.Address);
        await using ServiceProcess taker = ServiceProcess.Launch(Setup(Long));
        await taker.RestartedAsync();

        (ServiceProcess stopped, ServiceProcess serves) = stopsTheNewOne ? (taker, old) : (old, taker);
        stopped.Signal(Libc.SIGTERM);
        Assert.Equal(stopsTheNewOne ? 1 : 0, await stopped.EndAsync(stopped.Pid));
        await load.EndWithoutFailureAsync();
        Assert.Equal(serves.Pid, (await HttpConnection.GetOnceAsync(serves.Address)).Pid);
        await serves.StopAsync();
    }

    [Fact]
    public async Task Socket_of_a_process_that_is_dead_means_a_first_start_and_Require_does_not_start()
    {
        await using (ServiceProcess killed = await ServiceProcess.StartAsync(Setup(TimeSpan.Zero)))
        {
            await Deadline.UntilAsync(() => File.Exists(ControlSocket));
            killed.Signal(Libc.SIGKILL);
            await killed.EndAsync(killed.Pid);
        }

        Assert.True(File.Exists(ControlSocket));
        await using ServiceProcess required = ServiceProcess.Launch(Setup(TimeSpan.Zero, "Require"));
        Assert.Equal(1, await required.EndAsync(required.Pid));
        await required.Log.FirstAsync($"it was to take over, but nobody serves as TestService: nobody listens at {ControlSocket}, and TakeOver is Require");

        await using ServiceProcess first = await ServiceProcess.StartAsync(Setup(TimeSpan.Zero));
        Assert.Equal(first.Pid, (await HttpConnection.GetOnceAsync(first.Address)).Pid);
        await first.StopAsync();
    }

    // The new one is not of this terminal: nobody stands in for it here. And of two units each is told of its own process.
    [Fact]
    public async Task One_in_a_terminal_gives_it_back_and_another_unit_is_ready_by_itself()
    {
        using var window = new TerminalWindow();
        using var systemd = new NotifyListener();
        await using ServiceProcess old = await ServiceProcess.StartAsync(
            window.Setup("{0}; echo ended with $?", arguments: Arguments("Auto")) with { Probation = TimeSpan.FromSeconds(1) });
        ServiceSetup unit = systemd.Setup(TimeSpan.Zero) with { Arguments = [.. new ServiceSetup().Arguments, .. Arguments("Require")] };
        await using ServiceProcess taker = ServiceProcess.Launch(unit);
        await taker.RestartedAsync();
        await old.Log.FirstAsync("^ended with 0");
        await systemd.HeardAsync("STATUS=Generation 2 serves");
        Assert.StartsWith("READY=1 STATUS=Generation 2 serves, on probation", systemd.Said[0], StringComparison.Ordinal);
        Assert.Equal(0, systemd.Count("MAINPID"));
        await taker.StopAsync();
    }

    // As two containers with a shared directory have them: each is process 1, and the other can't be signalled.
    [Fact]
    public async Task Process_1_of_another_pid_mount_and_network_namespace_takes_over_and_one_that_hangs_is_ended()
    {
        string path = _directory.PathOf("service.sock");
        ServiceAddress address = ServiceAddress.OfUnix(path);
        string[] service = [ServiceSetup.BuiltProgram, "--urls", $"http://unix:{path}", .. Arguments("Auto")];
        await using Container old = Container.Launch(service, Environment(), ownNetwork: true);
        await old.ServesAsync(generation: 1);

        string behaviour = _directory.PathOf("behaviour");
        await File.WriteAllTextAsync(behaviour, "after-commit starve 1", TestContext.Current.CancellationToken);
        await using (Container hangs = Container.Launch(service, Environment(("TEST_SERVICE_BEHAVIOUR", behaviour)), ownNetwork: true))
        {
            // SIGKILL can't be sent to it. Its kernel ends it by a signal with a handler, whose number it ends with.
            Assert.Equal(63, await hangs.EndAsync());
        }

        await old.Log.FirstAsync("Restart failed: .* gave no sign of progress .*serves again");
        await using BackgroundLoad load = BackgroundLoad.Start(address);
        await using Container taker = Container.Launch(service, Environment(), ownNetwork: true);
        await taker.Log.FirstAsync("generation 2: Starting -> OnProbation");
        old.Signal(1, Libc.SIGTERM);
        Assert.Equal(0, await old.EndAsync());
        await taker.ServesAsync(generation: 2);
        await load.EndWithoutFailureAsync();
        taker.Signal(1, Libc.SIGTERM);
        Assert.Equal(0, await taker.EndAsync());
    }

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] more) =>
        more.Append(("GracefulRestart__Probation", "01:00:00")).ToDictionary(v => v.Item1, v => v.Item2);

    private string[] Arguments(string takeOver) => [$"--GracefulRestart:Control:Directory={ControlDirectory}", $"--GracefulRestart:TakeOver={takeOver}"];

    private ServiceSetup Setup(TimeSpan probation, string takeOver = "Auto") =>
        ServiceSetup.ListeningOn(_url).With(Arguments(takeOver)) with { Probation = probation };

    // A process that has the channel, and waits at a latch before it is ready.
    private async Task<(ServiceProcess Taker, Latch Latch)> BeginAsync(TimeSpan probation)
    {
        var latch = new Latch(_directory.PathOf($"latch{Guid.NewGuid()}"));
        ServiceProcess taker = ServiceProcess.Launch(Setup(probation) with { FirstBehaviour = latch.Behaviour });
        await latch.ReachedAsync();
        return (taker, latch);
    }
}
