using Baton.ProcessTests.Http;
using Baton.ProcessTests.Service;

namespace Baton.ProcessTests;

/// <summary>L5, C9: a long chain of restarts.</summary>
public sealed class EnduranceTests
{
    private const int MemorySlackPercent = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Hundredth_generation_has_no_more_of_anything_than_the_tenth()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync();

        Consumption tenth = await RestartUntilAsync(service, generation: 10);
        Consumption hundredth = await RestartUntilAsync(service, generation: 100);

        Assert.Equal(tenth.Descriptors, hundredth.Descriptors);
        Assert.Equal(0, hundredth.Zombies);
        Assert.InRange(hundredth.ResidentKilobytes, 0, tenth.ResidentKilobytes * (100 + MemorySlackPercent) / 100);
        await service.StopAsync();
    }

    private static async Task<Consumption> RestartUntilAsync(ServiceProcess service, int generation)
    {
        ServiceAddress address = service.Address;
        await using BackgroundLoad load = BackgroundLoad.Start(4, () => new KeepAliveClient(address), Pause);
        while (service.Generation < generation)
        {
            await service.RestartAsync();
        }

        await load.EndWithoutFailureAsync();

        // At rest: no predecessor, no connection; one listener has two descriptors. On the way there the number goes up again, with the control socket: what is compared is what was found so.
        int pid = service.Pid;
        string descriptors = "";
        await Deadline.UntilAsync(() => service.Living.Count == 1
            && (descriptors = ProcessTable.DescriptorKinds(pid)).Split(", ").Contains($"{2 + ServiceProcess.ControlDescriptors} socket"));
        return new Consumption(descriptors, ProcessTable.CountZombieChildren(pid), ProcessTable.ResidentKilobytes(pid));
    }

    private sealed record Consumption(string Descriptors, int Zombies, long ResidentKilobytes);
}
