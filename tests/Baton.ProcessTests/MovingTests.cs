using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>D2: idle connections move to the process that serves.</summary>
public sealed class MovingTests
{
    private const int Connections = 30;

    private static readonly ServiceSetup Setup = new ServiceSetup().With(
        "--GracefulRestart:MoveIdleConnections=true", "--GracefulRestart:DrainTimeout=01:00:00", "--GracefulRestart:IdleGrace=01:00:00");

    [Fact]
    public async Task Idle_connections_go_on_with_each_successor_and_hold_no_predecessor()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        HttpConnection[] kept = await OpenAsync(service);

        for (int restart = 0; restart < 2; restart++)
        {
            int predecessor = await service.RestartAsync();
            Assert.Equal(0, await service.EndAsync(predecessor));
            await AssertAnsweredByAsync(service.Pid, kept);
        }

        Assert.Empty(service.Log.All("could not move"));
        Assert.All(kept, c => c.Dispose());
    }

    [Fact]
    public async Task Connection_with_a_request_moves_after_its_answer()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (Latch latch, HttpConnection busy) = await service.BeginRequestAsync();

        int predecessor = await service.RestartAsync();
        latch.Open();

        HttpAnswer answer = await busy.ReceiveAsync();
        Assert.Equal(predecessor, answer.Pid);
        Assert.False(answer.Closes);
        Assert.Equal(0, await service.EndAsync(predecessor));
        await AssertAnsweredByAsync(service.Pid, busy);
        busy.Dispose();
    }

    [Fact]
    public async Task Requests_sent_ahead_are_all_answered_on_their_connection()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        (Latch latch, HttpConnection pipelined) = await service.BeginRequestAsync();
        const int Ahead = 9;
        for (int i = 0; i < Ahead; i++)
        {
            await pipelined.SendGetAsync("/");
        }

        int predecessor = await service.RestartAsync();
        latch.Open();

        Assert.Equal(predecessor, (await pipelined.ReceiveAsync()).Pid);
        for (int i = 0; i < Ahead; i++)
        {
            HttpAnswer answer = await pipelined.ReceiveAsync();
            Assert.Equal(200, answer.Status);
            Assert.False(answer.Closes);
        }

        Assert.Equal(0, await service.EndAsync(predecessor));
        await AssertAnsweredByAsync(service.Pid, pipelined);
        pipelined.Dispose();
    }

    [Fact] // G5
    public async Task Connections_come_back_from_a_successor_that_gives_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromHours(1) });
        HttpConnection[] kept = await OpenAsync(service);
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await Task.WhenAll(kept.Select(c => HasMovedAsync(c, successor)));

        await HttpConnection.GetOnceAsync(service.Address, "/unhealthy");
        await service.RolledBackAsync();
        await service.EndAsync(successor);

        await AssertAnsweredByAsync(predecessor, kept);
        Assert.All(kept, c => c.Dispose());
    }

    [Fact] // G5
    public async Task Service_goes_on_after_a_successor_has_died_with_what_had_moved()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromHours(1) });
        HttpConnection[] kept = await OpenAsync(service);
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await Task.WhenAll(kept.Select(c => HasMovedAsync(c, successor)));

        ServiceProcess.Signal(successor, Libc.SIGKILL);
        await service.RolledBackAsync();

        await Task.WhenAll(kept.Select(c => c.EndsAsync()));
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        Assert.All(kept, c => c.Dispose());
    }

    private static async Task HasMovedAsync(HttpConnection connection, int pid)
    {
        while ((await connection.GetAsync()).Pid != pid)
        {
        }
    }

    private static async Task<HttpConnection[]> OpenAsync(ServiceProcess service)
    {
        HttpConnection[] kept = await Task.WhenAll(
            Enumerable.Range(0, Connections).Select(_ => HttpConnection.OpenAsync(service.Address)));
        await AssertAnsweredByAsync(service.Pid, kept);
        return kept;
    }

    private static async Task AssertAnsweredByAsync(int pid, params HttpConnection[] kept)
    {
        HttpAnswer[] answers = await Task.WhenAll(kept.Select(c => c.GetAsync()));
        Assert.All(answers, a =>
        {
            Assert.Equal(pid, a.Pid);
            Assert.False(a.Closes);
        });
    }
}
