using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C4: two servers with two ports each in one process. They are ready, restarted, rolled back and shut down as one.</summary>
public sealed class SeveralServersTests
{
    // Not under test: as good as endless.
    private static readonly TimeSpan LongProbation = TimeSpan.FromSeconds(60);

    [Theory] // C4
    [InlineData("sequential")]
    [InlineData("concurrent")]
    [InlineData("late")]
    public async Task Restart_under_load_on_all_ports_loses_nothing(string start)
    {
        await using ServiceProcess service = await StartAsync(Two(start));
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        Assert.Equal(4, addresses.Distinct().Count());
        int started = 0;
        await using BackgroundLoad load = BackgroundLoad.Start(8, () => BackgroundLoad.Mixed(addresses[started % 4], Interlocked.Increment(ref started) / 4));

        await load.MoreAsync();
        await service.RestartAsync();
        await load.MoreAsync();

        // By the second server's own Restarter, which is the process's.
        Task<HttpAnswer> asked = HttpConnection.GetOnceAsync(addresses[^1], "/restart");
        await service.RestartedAsync();

        Assert.StartsWith("Handover", (await asked).Text, StringComparison.Ordinal);
        await load.EndWithoutFailureAsync();
        await AssertServesAsync(service, addresses);

        // It has a number once there is another.
        Assert.Equal(2, service.Log.All($@"\[{service.Pid}\] .*http server (1 )?listening on .* \(inherited\)").Count);
        Assert.Equal(2, service.Log.All($@"\[{service.Pid}\] .*http server s2 listening on .* \(inherited\)").Count);
        await service.StopAsync();
    }

    [Fact] // C4
    public async Task Many_listeners_of_two_servers_are_passed_on()
    {
        // Together more than one message of the kernel takes.
        const int Each = 150;
        string urls = string.Join(';', Enumerable.Repeat("http://127.0.0.1:0", Each));
        await using ServiceProcess service = await StartAsync(new ServiceSetup { Arguments = ["--urls", urls, "--Second", urls] });
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        Assert.Equal(2 * Each, addresses.Distinct().Count());

        await service.RestartAsync();

        Assert.Equal(addresses, service.Addresses);
        await AssertServesAsync(service, addresses);
    }

    [Fact] // C4
    public async Task First_server_accepts_nothing_before_the_second_is_ready()
    {
        using var directory = new TemporaryDirectory();
        var latch = new Latch(directory.PathOf("latch"));
        await using ServiceProcess service = ServiceProcess.Launch(Two() with { FirstBehaviour = latch.BehaviourOf("s2-ready-at") });
        await service.Log.FirstAsync("The first server has started");
        await latch.ReachedAsync();

        using HttpConnection connection = await HttpConnection.OpenAsync(service.Address);
        Task<HttpAnswer> answer = connection.GetAsync();
        Assert.Empty(service.Log.All("Starting -> Serving"));
        Assert.False(answer.IsCompleted);
        latch.Open();

        Assert.Equal(200, (await answer).Status);
    }

    [Theory] // C4
    [InlineData("s2-unhealthy", @"health: server s2: 1 of 2 healthy; database: Unhealthy")]
    [InlineData("s2-hang-in-hosted-service", "hosted services: server s2: starting")]
    [InlineData("start never", "servers: waiting for server s2")]
    [InlineData("start unbuilt", "servers: waiting for server s2")]
    public async Task Successor_whose_second_server_never_gets_ready_is_backed_out(string behaviour, string lastWord)
    {
        await using ServiceProcess service = await StartAsync(Two().With("--GracefulRestart:ReadyTimeout=00:00:05"));
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        await using BackgroundLoad load = BackgroundLoad.Start(addresses[0]);
        service.SetNextBehaviour(behaviour);

        string line = await service.FailToRestartAsync(at: lastWord);

        Assert.Contains("was not ready within 5 s", line, StringComparison.Ordinal);
        Assert.Contains(lastWord, line, StringComparison.Ordinal);
        await AssertWasNoSuccessorAsync(service, addresses);
        await load.EndWithoutFailureAsync();
    }

    [Theory] // C4
    [InlineData("sequential", "s2-crash-in-hosted-service", "InvalidOperationException: told to crash in a hosted service")]
    [InlineData("using", "s2-crash-in-hosted-service", "InvalidOperationException: told to crash in a hosted service", "--GracefulRestart:LaterServerTimeout=00:01:00")]
    [InlineData("concurrent", "s2-crash-in-hosted-service", "server s2 did not start: InvalidOperationException: told to crash in a hosted service")]
    [InlineData("concurrent", "s2-crash-in-callback", "server s2 did not start: told to crash in a callback")]
    [InlineData("optional", "s2-crash-in-hosted-service", "server s2 did not start: InvalidOperationException: told to crash in a hosted service")]
    public async Task Successor_whose_second_server_does_not_start_has_failed(string start, string behaviour, string reason, params string[] arguments)
    {
        await using ServiceProcess service = await StartAsync(Two(start).With(arguments));
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        service.SetNextBehaviour(behaviour);

        Assert.Contains(reason, await service.FailToRestartAsync(), StringComparison.Ordinal);

        await AssertWasNoSuccessorAsync(service, addresses);
        service.SetNextBehaviour("");
        await service.RestartAsync();
        await AssertServesAsync(service, addresses);
    }

    [Theory] // C4
    [InlineData("optional", "s2-crash-in-hosted-service")]
    [InlineData("concurrent", "s2-crash-in-callback")]
    public async Task First_generation_serves_without_a_server_that_the_application_can_do_without(string start, string behaviour)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Two(start) with { FirstBehaviour = behaviour });

        await service.Log.FirstAsync("The start of server s2 has failed: ");
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);
        service.Signal(Libc.SIGTERM);
        await Deadline.UntilAsync(() => service.Living.Count == 0);
    }

    [Fact] // C4
    public async Task Server_that_is_disposed_before_its_start_is_not_waited_for()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Two("disposed"));
        await service.RestartAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Theory] // C4
    [InlineData("never")]
    [InlineData("unbuilt")]
    public async Task First_generation_that_waits_for_a_server_that_is_never_started_ends(string start)
    {
        await using ServiceProcess service = ServiceProcess.Launch(Two(start).With("--GracefulRestart:ReadyTimeout=00:00:02"));

        await service.Log.FirstAsync($"Process {service.Pid} was not ready within 2 s: it waited for server s2, which was not started");

        Assert.Equal(1, await service.EndAsync(service.Pid));
        Assert.Empty(service.Log.All("Starting -> Serving"));
    }

    [Fact] // C4
    public async Task Second_server_that_gets_unhealthy_on_probation_brings_both_back()
    {
        await using ServiceProcess service = await StartAsync(Two() with { Probation = LongProbation });
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        await using BackgroundLoad load = BackgroundLoad.Start(addresses[0]);
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.BehaviourOf("s2-unhealthy-after"));
        int predecessor = await service.RestartAsync();
        await AssertServesAsync(service, addresses);

        latch.Open();

        Assert.Contains("database: Unhealthy: told to be unhealthy", await service.RolledBackAsync(), StringComparison.Ordinal);
        Assert.Equal(predecessor, service.Pid);
        await AssertServesAsync(service, addresses);
        await load.EndWithoutFailureAsync();
    }

    [Fact] // C4
    public async Task Server_that_is_made_too_late_for_the_handover_gets_its_listeners_all_the_same()
    {
        await using ServiceProcess service = await StartAsync(Two("late") with { Probation = LongProbation });
        IReadOnlyList<ServiceAddress> addresses = service.Addresses;
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.BehaviourOf("second-at"));
        await service.RestartAsync();
        int successor = service.Pid;
        latch.Open();

        await service.Log.FirstAsync($"server s2 was added to process {successor} after that was ready");
        await AssertServesAsync(service, addresses);
        Assert.Equal(successor, service.Pid);
    }

    private static ServiceSetup Two(string start = "sequential") => ServersOfTests.Two(start);

    private static Task<ServiceProcess> StartAsync(ServiceSetup setup) => ServersOfTests.StartAsync(setup);

    private static async Task AssertServesAsync(ServiceProcess service, IReadOnlyList<ServiceAddress> addresses)
    {
        foreach (ServiceAddress address in addresses)
        {
            Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(address)).Pid);
        }
    }

    /// <summary>The first server of the successor has accepted nothing, and the predecessor still has everything.</summary>
    private static async Task AssertWasNoSuccessorAsync(ServiceProcess service, IReadOnlyList<ServiceAddress> addresses)
    {
        Assert.Empty(service.Log.All(@"generation 2: Starting -> (Serving|OnProbation)"));
        await AssertServesAsync(service, addresses);
    }
}
