using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>F5: a program that is asked before the restart whether it would start.</summary>
public sealed class CheckTests
{
    private static readonly ServiceSetup Setup = new ServiceSetup().With("--GracefulRestart:CheckArguments:0=--check", "--GracefulRestart:CheckTimeout=00:00:10");

    [Fact] // F5 F6
    public Task Program_that_fails_its_check_is_not_started() =>
        FailCheckAsync(Setup, "fail-check no such table", @"the check of \S*TestService with --check exited with code 3 after \d+ ms: no such table");

    [Fact] // F4 F6
    public Task Check_that_hangs_is_killed_and_counts_as_failed() => FailCheckAsync(
        Setup.With("--GracefulRestart:CheckTimeout=00:00:05"), "hang-in-check", @"the check of \S*TestService with --check did not end in time and was killed");

    [Fact] // F5
    public async Task Shutdown_asked_during_a_check_ends_the_check_too()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup);
        service.SetNextBehaviour("hang-in-check");
        service.Signal(Libc.SIGUSR2);
        await Deadline.UntilAsync(() => service.Living.Count == 2);

        await service.StopAsync();
    }

    private static async Task FailCheckAsync(ServiceSetup setup, string behaviour, string reason)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(setup);
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        int pid = service.Pid;

        service.SetNextBehaviour(behaviour);
        string line = await service.FailToRestartAsync();

        Assert.Matches($"Restart by SIGUSR2: {reason}.*Process {pid} keeps serving", line);
        Assert.Empty(service.Log.All("Started successor"));
        Assert.Equal([pid], service.Living);
        service.SetNextBehaviour("");
        await service.RestartAsync();
        await load.EndWithoutFailureAsync();
        await service.StopAsync();
    }
}
