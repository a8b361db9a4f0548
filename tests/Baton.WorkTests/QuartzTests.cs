using System.Globalization;
using Baton.ProcessTests.Service;

namespace Baton.WorkTests;

/// <summary>Jobs of Quartz, each 100 ms, at times that are the same in all processes: docs/workers-recipes.md.</summary>
public sealed class QuartzTests : IDisposable
{
    private const int Restarts = 10;
    private readonly WorkDone _done = new();

    public void Dispose() => _done.Dispose();

    [Fact]
    public async Task No_time_comes_twice_through_restarts_and_a_roll_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_done.Setup("quartz"));
        await _done.WorksAsync(service.Pid);
        for (int i = 0; i < Restarts; i++)
        {
            service.SetNextBehaviour(i == Restarts - 1 ? "long-probation" : "");
            await service.RestartAsync();
            await _done.WorksAsync(service.Pid);
        }

        (int predecessor, _) = await TryBadReleaseAsync(service);
        await _done.WorksAsync(predecessor);
        await service.StopAsync();

        IReadOnlyList<Piece> ticks = _done.Read();
        AssertNoTimeTwice(ticks);
        Assert.Equal(Restarts + 2, ticks.DistinctBy(tick => tick.Pid).Count());
        long[] times = [.. ticks.Select(tick => tick.Numbers[0]).Order()];
        long gap = times.Zip(times.Skip(1)).Max(pair => pair.Second - pair.First);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Quartz: {times.Length} ticks at {times.Distinct().Count()} times, longest gap {gap} ms."));
    }

    /// <summary>Its scheduler can't be started again: after the roll back the process serves without it.</summary>
    [Fact]
    public async Task Hosted_service_of_the_library_is_exclusive_until_a_roll_back()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(_done.Setup("quartz-hosted"));
        await _done.WorksAsync(service.Pid);
        service.SetNextBehaviour("long-probation");
        await service.RestartAsync();
        await _done.WorksAsync(service.Pid);
        (int predecessor, int successor) = await TryBadReleaseAsync(service);
        await service.Log.FirstAsync($@"\[{predecessor}\] .*QuartzHostedService has run in this process and did not start again");
        await Deadline.UntilAsync(() => !ProcessTable.IsAlive(successor));

        // It is there, and the next restart brings the jobs back.
        service.SetNextBehaviour("long-probation");
        await service.RestartAsync();
        await _done.WorksAsync(service.Pid);
        await service.StopAsync();

        AssertNoTimeTwice(_done.Read());
    }

    /// <summary>Restarts with one that works, and then says that it is unhealthy.</summary>
    private async Task<(int Predecessor, int Successor)> TryBadReleaseAsync(ServiceProcess service)
    {
        Latch unhealthy = service.NewLatch();
        service.SetNextBehaviour(unhealthy.BehaviourOf("unhealthy-at"));
        int after = service.Log.Length;
        int predecessor = await service.RestartAsync();
        int successor = service.Pid;
        await _done.WorksAsync(successor);
        unhealthy.Open();
        await service.RolledBackAsync(after);
        Assert.Equal(predecessor, service.Pid);
        return (predecessor, successor);
    }

    private static void AssertNoTimeTwice(IReadOnlyList<Piece> ticks)
    {
        IEnumerable<IGrouping<long, Piece>> twice = ticks.GroupBy(tick => tick.Numbers[0]).Where(group => group.Count() > 1);
        Assert.Empty(twice.Select(group => string.Join(" and ", group)));
        WorkDone.AssertOneAtATime(ticks);
    }
}
