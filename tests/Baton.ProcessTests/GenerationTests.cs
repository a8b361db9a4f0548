using System.Text.Json;
using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// C9: several generations at once. Each knows those before it and why they are still there; there are never more than allowed. A chain of 100 is in
/// <see cref="EnduranceTests"/>.
/// </summary>
public sealed class GenerationTests
{
    private const string QuickExit = "--GracefulRestart:ExitTimeout=00:00:02";

    [Fact] // C9
    public async Task Restarts_asked_without_a_pause_wait_for_each_other_and_cost_nothing()
    {
        const int Restarts = 10;
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromMilliseconds(500) });
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        for (int i = 0; i < Restarts; i++)
        {
            await service.RestartAsync();
        }

        // Each process writes its own line, when it comes to that.
        await Deadline.UntilAsync(() => service.Log.All("OnProbation -> Serving").Count >= Restarts);
        await load.EndWithoutFailureAsync();
        Assert.Equal(Restarts, service.Log.All("OnProbation -> Serving").Count);
        await service.StopAsync();
    }

    [Theory] // C9
    [InlineData(2)]
    [InlineData(3)]
    public async Task Oldest_generation_is_forced_when_there_would_be_too_many_and_the_others_are_not(int most)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup().With($"--GracefulRestart:MaxGenerations={most}", "--GracefulRestart:DrainTimeout=01:00:00", QuickExit));
        int oldest = service.Pid;
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        await service.RestartAsync();
        var slow = new List<(int Pid, Latch Latch, HttpConnection Connection)>();
        while (service.Generation <= most)
        {
            // Up to the limit every one may stay.
            Assert.True(ProcessTable.IsAlive(oldest));
            (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
            slow.Add((service.Pid, latch, connection));
            await service.RestartAsync();
        }

        await service.Log.FirstAsync($"Forced process {oldest}, generation 1, to end: a restart, as no more than {most} processes may live");
        await service.Log.FirstAsync($"Process {oldest} forced by a restart.*: cut 1 connections and 1 requests");
        Assert.Equal(ServiceProcess.ForcedExitCode, await service.EndAsync(oldest));
        foreach ((int pid, Latch latch, HttpConnection connection) in slow)
        {
            latch.Open();
            Assert.Equal(pid, (await connection.ReceiveAsync()).Pid);
            connection.Dispose();
            Assert.Equal(0, await service.EndAsync(pid) ?? 0);
        }

        Assert.Equal([service.Pid], service.Living);
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Fact] // C9
    public async Task Newest_generation_knows_the_older_ones_and_what_they_wait_for()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:MaxGenerations=4"));
        (Latch firstLatch, HttpConnection firstConnection) = await service.BeginRequestAsync();
        using HttpConnection firstSlow = firstConnection;
        int first = await service.RestartAsync();
        (Latch secondLatch, HttpConnection secondConnection) = await service.BeginRequestAsync();
        using HttpConnection secondSlow = secondConnection;
        int second = await service.RestartAsync();

        string[] expected = [$"{service.Pid} 3 Serving /status", $"{second} 2 Draining /wait", $"{first} 1 Draining /wait"];
        await UntilStatusAsync(service, expected);

        firstLatch.Open();
        await firstSlow.ReceiveAsync();
        await UntilStatusAsync(service, expected[..2]);
        secondLatch.Open();
        await secondSlow.ReceiveAsync();
        await UntilStatusAsync(service, expected[..1]);
    }

    [Fact] // C9 G5
    public async Task Generation_that_serves_again_still_knows_the_older_ones_and_passes_them_on()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { Probation = TimeSpan.FromSeconds(3) });
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        int first = await service.RestartAsync();
        await service.Log.FirstAsync($"Process {service.Pid}, generation 2: OnProbation -> Serving");
        int second = service.Pid;

        service.SetNextBehaviour("after-commit kill 1");
        await service.RestartAsync();
        await service.RolledBackAsync();
        Assert.Equal(second, service.Pid);
        await UntilStatusAsync(service, $"{second} 2 Serving /status", $"{first} 1 Draining /wait");

        service.SetNextBehaviour("");
        int after = service.Log.Length;
        await service.RestartAsync();
        await service.Log.FirstAsync($"Process {service.Pid}, generation 3: OnProbation -> Serving", after);
        await UntilStatusAsync(service, $"{service.Pid} 3 Serving /status", $"{first} 1 Draining /wait");
        latch.Open();
        Assert.Equal(first, (await slow.ReceiveAsync()).Pid);
    }

    [Fact] // G6
    public async Task Work_of_a_serving_service_is_named_and_waited_for_after_the_handover()
    {
        using var directory = new TemporaryDirectory();
        var ticks = new TickLog(directory.PathOf("ticks"));
        Latch latch = new(directory.PathOf("latch"));
        var setup = new ServiceSetup { FirstBehaviour = latch.BehaviourOf("tick-until"), Probation = TimeSpan.Zero };
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            setup.With("--Ticks", directory.PathOf("ticks"), "--TicksKind", "serving", "--GracefulRestart:DrainTimeout=01:00:00"));
        await ticks.WorksAsync(service.Pid);
        service.SetNextBehaviour("");
        int first = await service.RestartAsync();
        await ticks.WorksAsync(service.Pid);
        await ticks.WorksAsync(first);
        await UntilStatusAsync(service, $"{service.Pid} 2 Serving /status", $"{first} 1 Draining service TickingService");

        latch.Open();
        Assert.Equal(0, await service.EndAsync(first));
    }

    /// <summary>Pid, generation, state and requests of each that the status names, and what the oldest request of each says of its age.</summary>
    private static async Task UntilStatusAsync(ServiceProcess service, params string[] expected)
    {
        string[] shown = [];
        do
        {
            // An older one reports about once a second.
            HttpAnswer answer = await HttpConnection.GetOnceAsync(service.Address, "/status");
            using var status = JsonDocument.Parse(answer.Body);
            shown = [.. status.RootElement.GetProperty("generations").EnumerateArray().Select(Describe)];
        }
        while (!shown.SequenceEqual(expected));
    }

    private static string Describe(JsonElement generation)
    {
        JsonElement[] requests = [.. generation.GetProperty("requests").EnumerateArray()];
        Assert.Equal(requests.Length, generation.GetProperty("requestCount").GetInt32());
        Assert.All(requests, request => Assert.True(TimeSpan.Parse(request.GetProperty("age").GetString()!, null) >= TimeSpan.Zero));
        string paths = string.Join(' ', requests.Select(request => request.GetProperty("path").GetString()));
        return $"{generation.GetProperty("pid")} {generation.GetProperty("generation")} {generation.GetProperty("state")} {paths}";
    }
}
