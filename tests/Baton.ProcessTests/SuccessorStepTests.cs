using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// F9: the successor is killed at every step of the handover, by itself and so at that very step: before it sends a message, after it has sent it, or when it has
/// received it and done nothing with it.
/// </summary>
public sealed class SuccessorStepTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With("--GracefulRestart:HeartbeatTimeout=00:00:02");

    [Theory] // F9
    [InlineData("kill-at Sending Hello")]
    [InlineData("kill-at Sent Hello")]
    [InlineData("kill-at Received Listeners")]
    [InlineData("kill-at Sending Progress")]
    [InlineData("kill-at Sent Progress")]
    [InlineData("kill-at Sending Failed\ncrash-in-hosted-service")]
    [InlineData("kill-at Sent Failed\ncrash-in-hosted-service")]
    [InlineData("kill-at Sending Ready")]
    [InlineData("kill-at Sent Ready")]
    [InlineData("kill-at Received Resources")]
    [InlineData("kill-at Sent Loaded")]
    [InlineData("kill-at Received Commit")]
    public async Task Successor_that_is_killed_before_it_serves_costs_nothing(string behaviour)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await ControlWire.HoldsNameAsync(service);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);

        await LoseSuccessorAsync(service, behaviour, "keeps serving|serves again");

        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }

    [Theory] // F9 G5
    [InlineData("kill-at Sending Alive")]
    [InlineData("kill-at Sent Alive")]
    [InlineData("kill-at Received Report")]
    [InlineData("kill-at Sending Unhealthy\nafter-commit unhealthy 1")]
    [InlineData("kill-at Sent Unhealthy\nafter-commit unhealthy 1")]
    [InlineData("kill-at Received TakenBack\nafter-commit unhealthy 1")]
    [InlineData("kill-at Sending Failed\nafter-commit throw 1")]
    [InlineData("kill-at Sent Failed\nafter-commit throw 1")]
    public async Task Successor_that_is_killed_on_probation_costs_only_what_it_had_accepted(string behaviour)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        await using SurvivingLoad load = SurvivingLoad.Start(service.Address);

        await LoseSuccessorAsync(service, behaviour, "serves again");

        await load.EndAsync();
        await service.StopAsync();
    }

    [Fact] // F9
    public async Task Successor_that_is_killed_before_it_can_pass_a_shutdown_on_is_replaced_by_its_predecessor()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        service.SetNextBehaviour("kill-at Sending Stopping");
        int predecessor = await service.RestartAsync();

        service.Signal(Libc.SIGTERM);

        await service.RolledBackAsync();
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    [Theory] // F9
    [InlineData("kill-at Sent Stopping", false)]
    [InlineData("kill-at Received Shutdown", true)]
    public async Task Shutdown_on_probation_ends_the_predecessor_in_order_although_the_successor_is_killed_in_it(string behaviour, bool askPredecessor)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        service.SetNextBehaviour(behaviour);
        int predecessor = await service.RestartAsync();

        ServiceProcess.Signal(askPredecessor ? predecessor : service.Pid, Libc.SIGTERM);

        Assert.Equal(0, await service.EndAsync(predecessor));
        await service.Log.FirstAsync($"Successor {service.Pid} was ended by SIGKILL");
        Assert.Empty(service.Log.All("Rolled back"));
        await Deadline.UntilAsync(() => service.Living.Count == 0);
    }

    [Theory] // F9
    [InlineData("kill-at Received Confirmed")]
    [InlineData("kill-at Received Restart")]
    public async Task Successor_that_is_killed_when_its_predecessor_has_left_for_good_leaves_a_word_in_the_log(string behaviour)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Probation = TimeSpan.FromSeconds(8) });
        (Latch latch, HttpConnection connection) = await service.BeginRequestAsync();
        using HttpConnection slow = connection;
        service.SetNextBehaviour(behaviour);
        int predecessor = await service.RestartAsync();
        ServiceProcess.Signal(predecessor, Libc.SIGUSR2);

        await service.Log.FirstAsync($"Successor {service.Pid} was ended by SIGKILL; process {predecessor} is still there");

        // It has closed its listeners, but not what it had accepted.
        await Deadline.UntilAsync(() => !service.Address.Accepts());
        latch.Open();
        Assert.Equal(predecessor, (await slow.ReceiveAsync()).Pid);
        Assert.Equal(0, await service.EndAsync(predecessor));
        Assert.Empty(service.Living);
    }

    private static async Task LoseSuccessorAsync(ServiceProcess service, string behaviour, string holds)
    {
        int predecessor = service.Pid;
        int after = service.Log.Length;
        service.SetNextBehaviour(behaviour);
        service.Signal(Libc.SIGUSR2);
        int successor = await service.SuccessorAsync(after);

        await service.Log.FirstAsync($"Restart failed: .*Process {predecessor} ({holds})", after);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));
        Assert.Equal([predecessor], service.Living);

        service.SetNextBehaviour("");
        Assert.Equal(predecessor, await service.RestartAsync());
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }
}
