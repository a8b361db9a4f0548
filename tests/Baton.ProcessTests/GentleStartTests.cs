using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>A successor leaves the processor to who serves while it starts.</summary>
public sealed class GentleStartTests
{
    [Fact]
    public async Task Successor_starts_with_less_priority_and_serves_with_that_of_its_predecessor()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:GentleStart=1h"));
        int usual = Assert.Single(ProcessTable.NiceValues(service.Pid));

        (Latch latch, int successor) = await service.BeginRestartAsync();
        if (service.Log.All("starts with its usual priority").Count == 0)
        {
            await Deadline.UntilAsync(() => ProcessTable.NiceValues(successor).All(nice => nice == Math.Min(19, usual + 10)));
        }

        Assert.Equal([usual], ProcessTable.NiceValues(service.Pid));
        latch.Open();
        await service.RestartedAsync();
        await Deadline.UntilAsync(() => ProcessTable.NiceValues(successor).SequenceEqual([usual]));
        await service.StopAsync();
    }

    [Fact]
    public async Task Start_that_takes_longer_than_the_limit_goes_on_with_the_usual_priority()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(new ServiceSetup().With("--GracefulRestart:GentleStart=10ms"));
        int usual = Assert.Single(ProcessTable.NiceValues(service.Pid));

        (Latch latch, int successor) = await service.BeginRestartAsync();
        await Deadline.UntilAsync(() => ProcessTable.NiceValues(successor).SequenceEqual([usual]));
        latch.Open();
        await service.RestartedAsync();
    }
}
