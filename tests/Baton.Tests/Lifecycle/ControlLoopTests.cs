using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

public class ControlLoopTests
{
    private readonly ManualTime _time = new();
    private readonly RecordingLogger _logger = new();
    private readonly Journal _journal = new();
    private readonly ControlLoop _loop;

    public ControlLoopTests() => _loop = new ControlLoop(_time, _logger);

    [Fact]
    public void RunDue_Posted_RunsInOrder()
    {
        _loop.Post(() => _journal.Add("first"));
        _loop.Post(() => _journal.Add("second"));
        _loop.RunDue();
        Assert.Equal(["first", "second"], _journal.Entries);
    }

    [Fact]
    public void RunDue_Timers_FireWhenTheirTimeHasComeAndInItsOrder()
    {
        _loop.Schedule(TimeSpan.FromSeconds(2), () => _journal.Add("later"));
        _loop.Schedule(TimeSpan.FromSeconds(1), () => _journal.Add("sooner"));
        _loop.RunDue();
        Assert.Empty(_journal.Entries);

        _time.Advance(TimeSpan.FromSeconds(2));
        _loop.RunDue();
        Assert.Equal(["sooner", "later"], _journal.Entries);
    }

    [Theory]
    [InlineData(61, true)]
    [InlineData(2, false)] // a busy machine
    public void Awake_LongAfterItWantedTo_NoTimerHasRunMeanwhile(int waited, bool paused)
    {
        _loop.Schedule(TimeSpan.FromSeconds(1), () => _journal.Add("sooner"));
        _loop.Schedule(TimeSpan.FromSeconds(10), () => _journal.Add("later"));
        _loop.Schedule(TimeSpan.MaxValue, () => _journal.Add("never"));

        _time.Advance(TimeSpan.FromSeconds(waited));
        _loop.Awake(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(waited));
        _loop.RunDue();
        Assert.Equal(["sooner"], _journal.Entries);

        _time.Advance(TimeSpan.FromSeconds(paused ? 8.9 : 7.9));
        _loop.RunDue();
        Assert.Equal(["sooner"], _journal.Entries);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        _loop.RunDue();
        Assert.Equal(["sooner", "later"], _journal.Entries);
    }

    [Fact]
    public void Awake_WithoutALimit_ChangesNothing()
    {
        _loop.Awake(Timeout.InfiniteTimeSpan, TimeSpan.FromDays(1));
        _loop.Schedule(TimeSpan.FromSeconds(1), () => _journal.Add("fired"));
        _time.Advance(TimeSpan.FromSeconds(1));
        _loop.RunDue();
        Assert.Equal(["fired"], _journal.Entries);
    }

    [Fact]
    public void Cancel_BeforeItFires_NothingHappens()
    {
        LoopTimer timer = _loop.Schedule(TimeSpan.Zero, () => _journal.Add("fired"));
        timer.Cancel();
        _loop.RunDue();
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public void Schedule_InfiniteDelay_NeverFires()
    {
        _loop.Schedule(Timeout.InfiniteTimeSpan, () => _journal.Add("fired"));
        _time.Advance(TimeSpan.FromDays(365));
        _loop.RunDue();
        Assert.Empty(_journal.Entries);
    }

    // On the system's clock, whose ticks are finer than those of a TimeSpan.
    [Fact]
    public void Schedule_LongestDelayThereIs_DoesNotFireAtOnce()
    {
        var loop = new ControlLoop(TimeProvider.System, _logger);
        loop.Schedule(TimeSpan.MaxValue, () => _journal.Add("fired"));
        loop.RunDue();
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public void RunDue_AnActionThrows_IsLoggedAndTheRestStillRuns()
    {
        _loop.Post(() => throw new InvalidOperationException("a defect"));
        _loop.Post(() => _journal.Add("next"));
        _loop.RunDue();
        Assert.Equal(["next"], _journal.Entries);
        Assert.Equal("LoopFailed", Assert.Single(_logger.Lines).Event.Name);
    }

    [Fact]
    public void Post_AfterTheEnd_IsIgnored()
    {
        _loop.Dispose();
        _loop.Post(() => _journal.Add("ran"));
        Assert.Empty(_journal.Entries);
    }

    [Fact]
    public async Task Start_PostedFromAnywhere_RunsOnOneThreadOfItsOwn()
    {
        var begun = new TaskCompletionSource<Thread>();
        var ran = new TaskCompletionSource<Thread>();
        using var loop = new ControlLoop(TimeProvider.System, _logger);
        loop.Start(() => begun.SetResult(Thread.CurrentThread));
        loop.Post(() => ran.SetResult(Thread.CurrentThread));

        Thread thread = await ran.Task.Soon();
        Assert.Same(await begun.Task.Soon(), thread);
        Assert.False(thread.IsThreadPoolThread);
    }
}
