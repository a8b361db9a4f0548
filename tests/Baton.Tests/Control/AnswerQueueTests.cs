using Baton.Control;

namespace Baton.Tests.Control;

public class AnswerQueueTests
{
    private readonly AnswerQueue _queue = new();

    [Fact]
    public void Take_Lines_GivesThemInOrder()
    {
        ControlAnswer[] answers = [Phase("spawn"), State(1), Phase("health"), State(2), new ControlAnswer.End(null, "")];
        Array.ForEach(answers, _queue.Add);
        Assert.Equal(answers, All());
        Assert.Null(_queue.Take(TimeSpan.Zero));
    }

    [Fact]
    public void Add_StatusAndDrain_OnlyTheLastOneCounts()
    {
        Array.ForEach((ControlAnswer[])[Drain(1), Status(1), State(1), Drain(2), Status(2), State(2)], _queue.Add);
        Assert.Equal<ControlAnswer>([State(1), Drain(2), Status(2), State(2)], All(), SameLine);
    }

    // S6
    [Fact]
    public void Add_ForAClientThatIsFarBehind_LosesDetailsButNoPhase()
    {
        for (int i = 0; i < 100_000; i++)
        {
            _queue.Add(Phase("health", i));
        }

        _queue.Add(Phase("warm-up"));
        ControlAnswer[] all = All();
        Assert.Equal(AnswerQueue.ManyLines + 1, all.Length);
        Assert.Equal<ControlAnswer>([Phase("health", 99_999), Phase("warm-up")], all[^2..]);
        Assert.False(_queue.Overflowed);
    }

    // S6
    [Fact]
    public void Add_ForAClientThatNeverReads_StaysBounded()
    {
        for (int i = 0; i < 10 * AnswerQueue.MostLines; i++)
        {
            _queue.Add(State(i));
        }

        Assert.True(_queue.Overflowed);
        Assert.Equal(AnswerQueue.MostLines, All().Length);
    }

    [Fact]
    public void Add_AfterTheEnd_IsIgnored()
    {
        _queue.Add(new ControlAnswer.End(null, "first"));
        _queue.Add(new ControlAnswer.End(null, "second"));
        Assert.True(_queue.HasEnd);
        Assert.Equal<ControlAnswer>([new ControlAnswer.End(null, "first")], All());
    }

    [Fact]
    public async Task Take_NothingThere_WaitsForIt()
    {
        Task<ControlAnswer?> taken = Task.Run(() => _queue.Take(Support.Deadline.Limit), TestContext.Current.CancellationToken);
        _queue.Add(State(1));
        Assert.Equal(State(1), await Support.Deadline.Soon(taken));
    }

    [Fact]
    public async Task TakeAsync_NothingThere_WaitsForItWithoutAThread()
    {
        ValueTask<ControlAnswer?> taken = _queue.TakeAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(taken.IsCompleted);
        _queue.Add(State(1));
        _queue.Add(State(2));
        Assert.Equal(State(1), await Support.Deadline.Soon(taken.AsTask()));
        Assert.Equal(State(2), await _queue.TakeAsync(TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TakeAsync_NothingComes_EndsAtTheLimit() =>
        Assert.Null(await _queue.TakeAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken));

    [Fact]
    public async Task TakeAsync_Cancelled_Throws()
    {
        using var cancel = new CancellationTokenSource();
        ValueTask<ControlAnswer?> taken = _queue.TakeAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taken.AsTask());
    }

    private static bool SameLine(ControlAnswer a, ControlAnswer b) => ControlCodec.Encode(a).SequenceEqual(ControlCodec.Encode(b));

    private static ControlAnswer.Phase Phase(string name, int detail = 0) => new ControlAnswer.Phase(Named(name), $"{detail}", TimeSpan.Zero);

    private static ControlAnswer.State State(int generation) => new ControlAnswer.State(1, generation, ProcessState.Starting, ProcessState.Serving);

    private static ControlAnswer.Status Status(int pid) => new ControlAnswer.Status(ControlSamples.Status with { Pid = pid });

    private static ControlAnswer.Drain Drain(int seconds) => new ControlAnswer.Drain(ControlSamples.Generation, TimeSpan.FromSeconds(seconds), null);

    private ControlAnswer[] All()
    {
        var all = new List<ControlAnswer>();
        while (_queue.Take(TimeSpan.Zero) is { } next)
        {
            all.Add(next);
        }

        return [.. all];
    }
}
