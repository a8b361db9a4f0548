using Baton.Lifecycle;
using Baton.Systemd;

namespace Baton.Tests.Systemd;

/// <summary>Checklist E1: the watchdog gets a sign from the process in charge only, and only while the service makes progress.</summary>
public sealed class WatchdogTests : IDisposable
{
    private const string Sign = "WATCHDOG=1";
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(10);
    private readonly ServiceFixture _fixture = new(watchdog: Half);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Serving_GivesASignAtOnceAndAtEachHalf()
    {
        _fixture.Serve();
        Assert.Equal(1, _fixture.Count(Sign));
        _fixture.Pass(Half);
        _fixture.Pass(Half);
        Assert.Equal(3, _fixture.Count(Sign));
    }

    [Fact]
    public void ThreadPool_IsStuck_GivesNoSignUntilItMoves()
    {
        _fixture.Serve();
        for (int i = 0; i < 5; i++)
        {
            _fixture.Pass(Half, poolMoves: false);
        }

        Assert.Equal(1, _fixture.Count(Sign));
        _fixture.Work();
        Assert.Equal(2, _fixture.Count(Sign));
    }

    [Fact]
    public void HandsOver_TheSuccessorGivesTheSigns()
    {
        _fixture.Serve();
        _fixture.Pass(Half, poolMoves: false);
        _fixture.Hear(new LifecycleEvent.HandingOver(4735, 2, TimeSpan.FromSeconds(10)));
        _fixture.Work();
        _fixture.Pass(Half);
        Assert.Equal(1, _fixture.Count(Sign));
    }

    [Fact]
    public void TookOver_GivesASignAtOnce()
    {
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, TimeSpan.FromSeconds(10)));
        Assert.Equal([Sign], _fixture.Said);
        _fixture.Hear(new LifecycleEvent.GaveBack());
        _fixture.Pass(Half);
        Assert.Equal([Sign], _fixture.Said);
    }

    [Fact]
    public void RolledBack_GivesASignAtOnceAgain()
    {
        _fixture.Serve();
        _fixture.Hear(new LifecycleEvent.HandingOver(4735, 2, TimeSpan.FromSeconds(10)));
        _fixture.Hear(new LifecycleEvent.ServesAgain(1));
        Assert.Equal(2, _fixture.Count(Sign));
        _fixture.Pass(Half);
        Assert.Equal(3, _fixture.Count(Sign));
    }

    [Fact]
    public void Shutdown_GivesSignsToTheEnd()
    {
        _fixture.Serve();
        _fixture.Hear(new LifecycleEvent.Stopping());
        _fixture.Pass(Half);
        Assert.Equal(2, _fixture.Count(Sign));
    }

    [Theory]
    [InlineData("30000000", null, 15)]
    [InlineData("30000000", "own", 15)]
    [InlineData("30000000", "1", null)]
    [InlineData(null, null, null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    public void Interval_OfTheEnvironment_IsHalfOfWhatIsMeantForThisProcess(string? usec, string? pid, int? seconds) =>
        Assert.Equal(seconds, (int?)Watchdog.Interval(usec, pid == "own" ? $"{Environment.ProcessId}" : pid)?.TotalSeconds);
}
