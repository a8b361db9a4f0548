using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>G1, G2: nobody is accepted before the hosted services are started, the health checks healthy, and the application's own callbacks done.</summary>
public sealed class GateTests
{
    private static readonly ServiceSetup ImpatientSetup = new ServiceSetup().With("--GracefulRestart:ReadyTimeout=00:00:05");

    [Theory] // G1
    [InlineData("healthy-at", "health: 1 of 2 healthy; database: Unhealthy: told to be unhealthy")]
    [InlineData("ready-at", "callbacks")]
    [InlineData("wait-at", "hosted services")]
    public async Task Predecessor_serves_until_the_successor_is_ready(string behaviour, string progress)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.BehaviourOf(behaviour));

        service.Signal(Libc.SIGUSR2);
        await service.Log.FirstAsync($@"Successor \d+: {progress}");
        await load.MoreAsync();
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        latch.Open();

        int predecessor = await service.RestartedAsync();
        Assert.NotEqual(predecessor, service.Pid);
        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Theory] // G1
    [InlineData("healthy-at", "Not ready yet: 1 of 2 healthy; database: Unhealthy: told to be unhealthy")]
    [InlineData("ready-at", "Now listening on")]
    public async Task Client_of_a_first_generation_waits_until_it_is_ready(string behaviour, string line)
    {
        using var directory = new TemporaryDirectory();
        var latch = new Latch(directory.PathOf("latch"));
        await using ServiceProcess service = ServiceProcess.Launch(new ServiceSetup { FirstBehaviour = latch.BehaviourOf(behaviour) });
        await service.Log.FirstAsync(line);
        await service.Log.FirstAsync("Now listening on");

        using HttpConnection connection = await HttpConnection.OpenAsync(service.Address);
        Task<HttpAnswer> answer = connection.GetAsync();
        Assert.Empty(service.Log.All("Starting -> Serving"));
        Assert.False(answer.IsCompleted);
        latch.Open();

        Assert.Equal(200, (await answer).Status);
        await service.Log.FirstAsync("Starting -> Serving");
    }

    [Fact] // G1
    public async Task Phases_come_in_their_order()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        Latch latch = service.NewLatch();
        latch.Open();
        service.SetNextBehaviour(latch.BehaviourOf("ready-at"));

        await service.RestartAsync();

        // The predecessor may write its lines later than the successor says that it serves.
        await service.Log.FirstAsync($"Handed over to process {service.Pid}");
        string[] phases = [.. service.Log.All(@"Successor \d+: (?<phase>hosted services|health|callbacks|warm-up)").Select(m => m.Groups["phase"].Value).Distinct()];
        Assert.Equal(["hosted services", "callbacks", "warm-up"], phases);
    }

    [Theory] // G2
    [InlineData("unhealthy", "1 of 2 healthy; database: Unhealthy: told to be unhealthy")]
    [InlineData("degraded", "1 of 2 healthy; database: Degraded: told to be degraded")]
    [InlineData("hang-in-health-check", "no answer within 0.5 s from database, cache", "--GracefulRestart:HealthCheckTimeout=00:00:00.500")]
    public async Task Successor_that_does_not_get_healthy_is_backed_out_with_its_report(string behaviour, string report, params string[] arguments)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(ImpatientSetup.With(arguments));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        service.SetNextBehaviour(behaviour);

        string line = await service.FailToRestartAsync(at: $"health: {report}");

        Assert.Contains("was not ready within 5 s", line, StringComparison.Ordinal);
        Assert.Contains($"health: {report}", line, StringComparison.Ordinal);
        service.SetNextBehaviour("");
        await service.RestartInTimeAsync();
        await load.EndWithoutFailureAsync();
    }

    [Fact] // G2
    public async Task First_generation_that_does_not_get_healthy_ends_with_its_report()
    {
        await using ServiceProcess service = ServiceProcess.Launch(ImpatientSetup with { FirstBehaviour = "unhealthy" });

        await service.Log.FirstAsync(
            @"RestartException: Process \d+ was not ready within 5 s \(health: 1 of 2 healthy; database: Unhealthy: told to be unhealthy\)\. It has accepted nothing");

        Assert.NotEqual(0, await service.EndAsync(service.Pid));
        Assert.Empty(service.Log.All("Starting -> Serving"));
    }

    [Fact] // G2
    public async Task Health_checks_decide_nothing_where_that_is_turned_off()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { FirstBehaviour = "unhealthy" }.With("--GracefulRestart:HealthGate=false"));
        Assert.Equal(200, (await HttpConnection.GetOnceAsync(service.Address)).Status);
    }

    [Fact]
    public async Task Callback_that_throws_backs_out_with_its_words()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();
        service.SetNextBehaviour("crash-in-callback");

        Assert.Contains("could not start: InvalidOperationException: told to crash in a callback", await service.FailToRestartAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shutdown_of_a_process_that_waits_for_its_health_does_not_wait()
    {
        await using ServiceProcess service = ServiceProcess.Launch(new ServiceSetup { FirstBehaviour = "unhealthy" });
        await service.Log.FirstAsync("Not ready yet");

        await service.StopAsync();

        Assert.Empty(service.Log.All("Starting -> Serving"));
    }

    [Fact]
    public async Task Successor_that_gets_unhealthy_on_probation_is_rolled_back_with_its_report()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromMinutes(1) });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        Latch latch = service.NewLatch();
        service.SetNextBehaviour(latch.BehaviourOf("unhealthy-after"));
        int predecessor = await service.RestartAsync();

        latch.Open();

        await service.Log.FirstAsync($"Process {service.Pid} asks its predecessor to take over again: health: 1 of 2 healthy; database: Unhealthy: told to be unhealthy");
        await service.Log.FirstAsync($"Rolled back: successor {service.Pid} .*database: Unhealthy: told to be unhealthy.* Process {predecessor} serves again");
        await service.EndAsync(service.Pid);
        await load.EndWithoutFailureAsync();
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }
}
