using Baton.Tests.Support;
using Baton.Watching;

namespace Baton.Tests.Watching;

public sealed class MemoryLimitWatchTests
{
    private const long Mebibyte = 1024 * 1024;

    private readonly ManualTime _time = new();
    private readonly List<string> _log = [];
    private readonly List<RestartTrigger> _restarts = [];
    private long? _limit = 400 * Mebibyte;
    private int _refreshes;

    [Fact]
    public void Look_ChangedLimit_IsToldTheGarbageCollectorOnce()
    {
        MemoryLimitWatch watch = New(MemoryLimitPolicy.Refresh, () => _refreshes++);
        Look(watch);
        Assert.Equal(0, _refreshes);

        foreach (long? limit in (long?[])[600 * Mebibyte, null, 200 * Mebibyte])
        {
            _limit = limit;
            Look(watch);
            Look(watch);
        }

        Assert.Equal(3, _refreshes);
        Assert.Equal(
            ["600 MiB, was 400 MiB", "none, was 600 MiB", "200 MiB, was none"],
            _log.Select(l => l["MemoryLimitRefreshed: The memory limit is now ".Length..l.IndexOf(": the garbage", StringComparison.Ordinal)]));
        Assert.Empty(_restarts);
    }

    [Fact]
    public void Look_GarbageCollectorThatRefuses_IsSaidOnce()
    {
        MemoryLimitWatch watch = New(MemoryLimitPolicy.Refresh, () => throw new InvalidOperationException("too low"));
        _limit = Mebibyte;
        Look(watch);
        Look(watch);
        Assert.StartsWith("MemoryLimitNotRefreshed: The memory limit is now 1 MiB, was 400 MiB", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public void Look_ChangedLimit_RestartsOnceWhereThatIsChosenAndTheProcessServes()
    {
        MemoryLimitWatch watch = New(MemoryLimitPolicy.Restart, () => _refreshes++);
        _limit = 500 * Mebibyte;
        Look(watch, ProcessState.OnProbation);
        Look(watch, ProcessState.OnProbation);
        Assert.Empty(_restarts);
        Look(watch);
        Look(watch);
        Assert.Equal("a change of the memory limit from 400 MiB to 500 MiB", Assert.Single(_restarts).Description);
        Assert.Equal(0, _refreshes);
    }

    private void Look(MemoryLimitWatch watch, ProcessState state = ProcessState.Serving)
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        watch.Look(state, _restarts.Add);
    }

    private MemoryLimitWatch New(MemoryLimitPolicy policy, Action refresh) => new(
        new RestarterOptions { TimeProvider = _time, WhenMemoryLimitChanges = policy },
        isFirst: true,
        () => _limit,
        refresh,
        new RecordingLogger(line => _log.Add($"{line.Event.Name}: {line.Text}")));
}
