using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>
/// F7, G5: what a successor can do wrong once it serves, each under load. Its predecessor serves again and says why; nobody is ever refused, and lost is only what a
/// dead process had accepted. The next good restart works. The same before the commit, where nothing at all is lost, is in <see cref="FailureTests"/> and
/// BeforeCommitTests.
/// </summary>
public sealed class FaultMatrixTests
{
    // The probation does not end by itself, and a process that takes long to die on a busy machine does not hang: what happens is the misdeed's.
    private static readonly ServiceSetup Setup = new ServiceSetup { Probation = TimeSpan.FromSeconds(60) }
        .With("--GracefulRestart:ExitTimeout=00:00:02", "--GracefulRestart:HeartbeatTimeout=00:00:40");

    [Theory] // F7 G5
    [InlineData("exit0 1", "exited with code 0")]
    [InlineData("throw 1", "failed: InvalidOperationException: told to crash")]
    [InlineData("segv 1", "was ended by SIGSEGV")]
    [InlineData("kill 1", "was ended by SIGKILL")]
    [InlineData("kill 1000", "was ended by SIGKILL")]
    [InlineData("kill 5000", "was ended by SIGKILL")]
    [InlineData("oom 1", "failed: OutOfMemoryException|was ended by SIGABRT|was ended by SIGSEGV|gave no sign of progress")]
    [InlineData("close-channel 1", "closed its end of the handover and lives on")]
    [InlineData("garbage 1", "broke the handover: A message of 1213486160 bytes was announced")]
    public Task Successor_that_dies_or_talks_nonsense_costs_only_what_it_had_accepted(string misdeed, string reason) =>
        RollBackAsync(Setup, $"after-commit {misdeed}", reason);

    [Theory] // F7 G5
    [InlineData("stop 1")]
    [InlineData("starve 1")]
    [InlineData("stop 1\nignore-sigterm")]
    public Task Successor_that_hangs_is_killed_and_costs_only_what_it_had_accepted(string misdeed) =>
        RollBackAsync(Setup.With("--GracefulRestart:HeartbeatTimeout=00:00:02"), $"after-commit {misdeed}", "gave no sign of progress for 2 s and was killed");

    [Theory] // F7 G5
    [InlineData("unhealthy 1", "is unhealthy: told to be unhealthy")]
    [InlineData("unhealthy 1000", "is unhealthy: told to be unhealthy")]
    [InlineData("unhealthy 1\nignore-sigterm", "is unhealthy: told to be unhealthy")]
    [InlineData("host-stop 1", "gave back: the host ends by itself")]
    public async Task Successor_that_gives_back_by_itself_costs_nothing(string misdeed, string reason) =>
        Assert.Equal(0, await RollBackAsync(Setup, $"after-commit {misdeed}", reason));

    [Fact] // G5
    public async Task Successor_that_gives_back_and_then_hangs_is_killed_and_costs_nothing()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup.With("--GracefulRestart:DrainTimeout=00:00:02"));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        int predecessor = service.Pid;

        service.SetNextBehaviour("after-commit unhealthy 1\nhang-in-stop\nignore-sigterm");
        await service.RestartAsync();
        int successor = service.Pid;
        await service.RolledBackAsync();

        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));
        Assert.Equal([predecessor], service.Living);
        await load.EndWithoutFailureAsync();
    }

    // Its predecessor is about to take over again: a successor of its own would serve beside it for good.
    [Fact] // F7
    public async Task Successor_that_has_closed_its_channel_starts_no_successor_of_its_own()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        int predecessor = service.Pid;
        service.SetNextBehaviour("after-commit close-channel 1");
        await service.RestartAsync();
        int successor = service.Pid;
        service.SetNextBehaviour("");

        service.Signal(Libc.SIGUSR2);
        await service.RolledBackAsync();

        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));
        Assert.Equal([predecessor], service.Living);
        Assert.Empty(service.Log.All($"Process {successor}, generation 2: OnProbation -> Serving"));
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);
    }

    /// <returns>How many connections were lost.</returns>
    private static async Task<int> RollBackAsync(ServiceSetup setup, string behaviour, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await using SurvivingLoad load = SurvivingLoad.Start(service.Address);
        await load.MoreAsync();
        int predecessor = service.Pid;

        service.SetNextBehaviour(behaviour);
        await service.RestartAsync();
        int successor = service.Pid;
        string line = await service.RolledBackAsync();
        load.Recovered();

        Assert.Equal(predecessor, service.Pid);
        Assert.Matches($"successor {successor} ({reason})", line);
        string report = (await service.Log.FirstAsync("Restart failed: .*")).Value;
        Assert.Matches($"Restart by SIGUSR2: successor {successor} took over, then ({reason}).*rolled back. Process {predecessor} serves again", report);
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));
        Assert.Equal([predecessor], service.Living);

        service.SetNextBehaviour("");
        Assert.Equal(predecessor, await service.RestartAsync());
        await load.MoreAsync();
        int lost = await load.EndAsync();
        Assert.Single(service.Log.All("Rolled back"));
        await service.StopAsync();
        return lost;
    }
}
