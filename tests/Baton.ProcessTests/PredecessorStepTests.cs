using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// F8, F10: the predecessor is killed at every step of the handover, by itself and so at that very step. A successor that has its listeners serves from then on,
/// before the commit as soon as it is ready, whatever its predecessor was about to say. One without them ends and says why.
/// </summary>
public sealed class PredecessorStepTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }.With("--GracefulRestart:HeartbeatTimeout=00:00:02");

    [Fact] // F8
    public async Task Successor_whose_predecessor_is_killed_before_it_gave_its_listeners_ends_and_says_why()
    {
        // More than go ahead of the greeting.
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { Arguments = ["--Listeners=251"], FirstBehaviour = "kill-at Sending Listeners" });
        int successor = await BeginRestartAsync(service);

        Assert.Equal(128 + Libc.SIGKILL, await service.EndAsync(service.Pid));
        Assert.Equal(1, await service.EndAsync(successor));

        await service.Log.FirstAsync($"Process {successor} ends at once: it was to take over, but .*predecessor.*gone");
        Assert.Empty(service.Log.All("-> OnProbation"));
        Assert.Empty(service.Living);
        Assert.False(service.Address.Accepts());
    }

    [Theory] // F8
    [InlineData("kill-at Received Hello")]
    [InlineData("kill-at Received Progress")]
    [InlineData("kill-at Received Ready")]
    [InlineData("kill-at Sent Resources")]
    [InlineData("kill-at Received Loaded")]
    [InlineData("kill-at Sending Commit")]
    public async Task Successor_whose_predecessor_is_killed_before_the_commit_serves_and_nobody_is_refused(string step)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { FirstBehaviour = step });
        await ControlWire.HoldsNameAsync(service);
        await using SurvivingLoad load = SurvivingLoad.Start(service.Address);
        service.SetNextBehaviour("");

        int predecessor = await service.RestartAsync();
        Assert.Equal(128 + Libc.SIGKILL, await service.EndAsync(predecessor));
        load.Recovered();

        Assert.Equal([service.Pid], service.Living);
        Assert.NotEmpty(service.Log.All($"Process {service.Pid}, generation 2: Starting -> Serving"));
        await service.RestartAsync();
        await load.EndAsync();
        await service.StopAsync();
    }

    [Theory] // F8
    [InlineData("kill-at Sent Commit", "")]
    [InlineData("kill-at Sending Report", "")]
    [InlineData("kill-at Sent Report", "")]
    [InlineData("kill-at Received Alive", "")]
    [InlineData("kill-at Received Unhealthy", "after-commit unhealthy 1")]
    [InlineData("kill-at Sending TakenBack", "after-commit unhealthy 1")]
    public Task Successor_whose_predecessor_is_killed_after_the_commit_serves(string step, string behaviour) => OutliveAsync(Setup, step, behaviour);

    [Theory] // F8
    [InlineData("kill-at Sending Confirmed")]
    [InlineData("kill-at Sent Confirmed")]
    public Task Successor_whose_predecessor_is_killed_at_the_end_of_the_probation_serves(string step) =>
        OutliveAsync(Setup with { Probation = TimeSpan.FromSeconds(1) }, step, "");

    [Fact] // F8
    public async Task Successor_whose_predecessor_is_killed_before_it_can_pass_a_shutdown_on_serves()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { FirstBehaviour = "kill-at Sending Shutdown" });
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();

        ServiceProcess.Signal(predecessor, Libc.SIGTERM);

        await service.Log.FirstAsync($"Process {service.Pid}, generation 2: OnProbation -> Serving");
        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.StopAsync();
    }

    [Theory] // F8
    [InlineData("kill-at Sent Shutdown", true)]
    [InlineData("kill-at Received Stopping", false)]
    public async Task Shutdown_on_probation_ends_the_successor_in_order_although_the_predecessor_is_killed_in_it(string step, bool askPredecessor)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { FirstBehaviour = step });
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();

        ServiceProcess.Signal(askPredecessor ? predecessor : service.Pid, Libc.SIGTERM);

        Assert.Equal(128 + Libc.SIGKILL, await service.EndAsync(predecessor));
        Assert.Equal(0, await service.EndAsync(service.Pid));
        Assert.Empty(service.Living);
    }

    [Theory] // F8
    [InlineData("kill-at Sending Restart", 2)]
    [InlineData("kill-at Sent Restart", 3)]
    public async Task Restart_that_the_predecessor_held_comes_if_it_was_passed_on_before_the_kill(string step, int generation)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup with { FirstBehaviour = step, Probation = TimeSpan.FromSeconds(8) });
        service.SetNextBehaviour("");
        int predecessor = await service.RestartAsync();
        ServiceProcess.Signal(predecessor, Libc.SIGUSR2);
        await service.Log.FirstAsync("Restart asked by SIGUSR2 is held");

        Assert.Equal(128 + Libc.SIGKILL, await service.EndAsync(predecessor));

        if (generation > service.Generation)
        {
            await service.RestartedAsync();
        }

        Assert.Equal(service.Pid, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
        await service.StopAsync();
        Assert.Empty(service.Log.All($"generation {generation + 1}"));
    }

    [Theory] // F8 F9 F10
    [InlineData("kill-at Sent TakenBack", "after-commit unhealthy 1")]
    [InlineData("kill-at Received Failed", "after-commit throw 1")]
    [InlineData("kill-at Received Failed", "crash-in-hosted-service")]
    public async Task Service_of_which_both_end_can_be_started_again_at_the_same_place(string step, string behaviour)
    {
        using var directory = new TemporaryDirectory();
        ServiceSetup setup = Setup.With("--urls", $"http://unix:{directory.PathOf("service.sock")}");
        await using (ServiceProcess service = await ServiceProcess.StartAsync(setup with { FirstBehaviour = step }))
        {
            int predecessor = service.Pid;
            service.SetNextBehaviour(behaviour);
            service.Signal(Libc.SIGUSR2);
            Assert.Equal(128 + Libc.SIGKILL, await service.EndAsync(predecessor));
            await Deadline.UntilAsync(() => service.Living.Count == 0);
        }

        await using ServiceProcess next = await ServiceProcess.StartAsync(setup);
        Assert.Equal(next.Pid, (await HttpConnection.GetOnceAsync(next.Address)).Pid);
    }

    private static async Task OutliveAsync(ServiceSetup setup, string step, string behaviour)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup with { FirstBehaviour = step });
        await using SurvivingLoad load = SurvivingLoad.Start(service.Address);
        service.SetNextBehaviour(behaviour);

        int predecessor = await service.RestartAsync();
        Assert.Equal(128 + Libc.SIGKILL, await service.EndAsync(predecessor));
        await service.Log.FirstAsync($"Process {service.Pid}, generation 2: OnProbation -> Serving");
        load.Recovered();

        Assert.Equal([service.Pid], service.Living);
        service.SetNextBehaviour("");
        await service.RestartAsync();
        await load.EndAsync();
        await service.StopAsync();
    }

    private static async Task<int> BeginRestartAsync(ServiceProcess service)
    {
        service.SetNextBehaviour("");
        service.Signal(Libc.SIGUSR2);
        return await service.SuccessorAsync();
    }
}
