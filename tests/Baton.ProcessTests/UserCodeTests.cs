using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>What an application has in the way of a restart, and does wrong: it costs log lines, or nothing.</summary>
public sealed class UserCodeTests
{
    [Theory]
    [InlineData("log throw")]
    [InlineData("log throw Handed over")]
    [InlineData("log throw -> HandedOver")]
    [InlineData("log block Handed over")]
    [InlineData("log block Restart asked")]
    [InlineData("accept-callback throw")]
    [InlineData("accept-callback block")]
    public async Task Logger_or_callback_that_throws_or_blocks_for_ever_holds_up_no_step_of_a_restart(string behaviour)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            new ServiceSetup { Probation = TimeSpan.FromMinutes(1), FirstBehaviour = behaviour }.With("--GracefulRestart:ExitTimeout=00:00:02"));
        await using BackgroundLoad load = BackgroundLoad.Start(service.Address);
        service.SetNextBehaviour("");

        // The successor gives back; nothing of the predecessor is asserted by its log, which may be silent.
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await HttpConnection.GetOnceAsync(service.Address, "/unhealthy");
        await service.EndAsync(successor);
        Assert.Equal(predecessor, (await HttpConnection.GetOnceAsync(service.Address)).Pid);

        // It can do the same again, and leaves in order.
        int after = service.Log.Length;
        ServiceProcess.Signal(predecessor, Libc.SIGUSR2);
        await service.Log.FirstAsync("generation 2: Starting -> OnProbation", after);
        int second = (await HttpConnection.GetOnceAsync(service.Address)).Pid;
        Assert.DoesNotContain(second, (int[])[predecessor, successor]);
        await load.EndWithoutFailureAsync();
        ServiceProcess.Signal(predecessor, Libc.SIGTERM);
        Assert.Equal(0, await service.EndAsync(predecessor));
        await Deadline.UntilAsync(() => service.Living.Count == 0);
    }

    [Fact]
    public async Task Restart_that_is_asked_of_a_process_that_has_left_is_refused()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup { FirstBehaviour = "restart-when-disposed" });
        service.Signal(Libc.SIGTERM);
        await service.Log.FirstAsync("Restart when disposed: Stopping");
        Assert.Equal(0, await service.EndAsync(service.Pid));
    }
}
