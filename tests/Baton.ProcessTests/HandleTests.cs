using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>C4: files that two processes pass on by name, through restarts that succeed, fail and are rolled back.</summary>
public sealed class HandleTests
{
    private const int Many = 1000;

    // Before anything is lost: the old process has all of them, and passes them on when the limit is raised.
    [Fact]
    public async Task Successor_with_too_few_descriptors_for_a_thousand_names_its_limit_and_nothing_is_lost()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup(Many, TimeSpan.Zero));
        service.SetNextBehaviour("few-descriptors 600");
        string line = await service.FailToRestartAsync();
        Assert.Contains("RLIMIT_NOFILE", line, StringComparison.Ordinal);
        Assert.Contains("600", line, StringComparison.Ordinal);
        Assert.Equal($"{Many} 0 0", await HandlesAsync(service));

        service.SetNextBehaviour("");
        await service.RestartAsync();
        Assert.Equal($"{Many} 0 0", await HandlesAsync(service));
    }

    [Fact]
    public async Task Predecessor_of_a_release_that_dies_has_its_handles_and_passes_them_on_again()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup(3, TimeSpan.FromHours(1)));
        service.SetNextBehaviour("after-commit kill 1");
        int after = service.Log.Length;
        await service.RestartAsync();
        await service.RolledBackAsync(after);
        Assert.Equal("3 0 0", await HandlesAsync(service));

        service.SetNextBehaviour("");
        await service.RestartAsync();
        Assert.Equal("3 0 0", await HandlesAsync(service));
    }

    // The old process still has a request then.
    [Fact]
    public async Task What_the_new_process_does_not_take_is_closed_and_reported_in_both()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup(2, TimeSpan.Zero).With("--GracefulRestart:HandleTimeout=0s"));
        using HttpConnection stuck = await service.BeginStuckRequestAsync();
        service.SetNextBehaviour("leave-handles");
        int after = service.Log.Length;
        int old = await service.RestartAsync();
        foreach (int pid in (int[])[old, service.Pid])
        {
            for (int i = 0; i < 2; i++)
            {
                await service.Log.FirstAsync($@"\[{pid}\] .*Closed passed:file {i}: it was passed on, and the new process has not taken it", after);
            }
        }

        Assert.Equal("0 0 2", await HandlesAsync(service));
    }

    // Its client must not wait for the new process.
    [Fact]
    public async Task What_the_old_process_closes_while_the_new_one_starts_is_closed_there_too()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Setup(2, TimeSpan.Zero).With("--GracefulRestart:HandleTimeout=1h"));
        Latch latch = service.NewLatch();
        service.SetNextBehaviour($"leave-handles\n{latch.Behaviour}");
        int after = service.Log.Length;
        service.Signal(Libc.SIGUSR2);
        await latch.ReachedAsync();
        Assert.Equal("closed", (await HttpConnection.GetOnceAsync(service.Address, "/close-handle?name=file%200")).Text);
        latch.Open();
        await service.RestartedAsync(after);
        await Deadline.UntilAsync(async () => await HandlesAsync(service) == "0 1 0");
    }

    private static ServiceSetup Setup(int handles, TimeSpan probation) =>
        new ServiceSetup { Probation = probation }.With($"--Handles={handles}", "--GracefulRestart:DrainTimeout=01:00:00");

    private static async Task<string> HandlesAsync(ServiceProcess service) => (await HttpConnection.GetOnceAsync(service.Address, "/handles")).Text;
}
