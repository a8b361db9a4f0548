using System.Collections.Concurrent;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.Lifecycle;

public class AcceptGateTests
{
    private readonly AcceptGate _gate = new();

    // G1
    [Fact]
    public async Task Enter_ClosedAtFirst_WaitsUntilItOpens()
    {
        Task<CancellationToken?> entering = Enter();
        Assert.False(entering.IsCompleted);

        _gate.Open();

        CancellationToken? open = await entering.Soon();
        Assert.False(open!.Value.IsCancellationRequested);
    }

    [Fact]
    public async Task Enter_Open_IsThereAtOnce()
    {
        _gate.Open();
        Assert.True(Enter().IsCompletedSuccessfully);
        Assert.Equal(await Enter(), await Enter());
    }

    [Fact]
    public async Task Close_WhileOpen_CancelsTheAcceptsThatWait()
    {
        _gate.Open();
        CancellationToken? open = await Enter();
        _gate.Close();
        Assert.True(open!.Value.IsCancellationRequested);
        Assert.False(Enter().IsCompleted);
    }

    [Fact]
    public async Task Open_AfterClose_LetsInAgain()
    {
        _gate.Open();
        _gate.Close();
        Task<CancellationToken?> entering = Enter();
        _gate.Open();
        CancellationToken? open = await entering.Soon();
        Assert.False(open!.Value.IsCancellationRequested);
    }

    [Fact]
    public async Task Open_Twice_ChangesNothingForThoseInside()
    {
        _gate.Open();
        CancellationToken? open = await Enter();
        _gate.Open();
        Assert.False(open!.Value.IsCancellationRequested);
        Assert.Equal(open, await Enter());
    }

    [Fact]
    public async Task End_WhileSomeWait_TellsThemThatItIsOver()
    {
        Task<CancellationToken?> entering = Enter();
        _gate.End();
        Assert.Null(await entering.Soon());
    }

    [Fact]
    public async Task End_WhileOpen_CancelsTheAcceptsThatWait()
    {
        _gate.Open();
        CancellationToken? open = await Enter();
        _gate.End();
        Assert.True(open!.Value.IsCancellationRequested);
    }

    [Fact]
    public async Task Open_AfterTheEnd_OpensNothing()
    {
        _gate.End();
        _gate.Open();
        Assert.Null(await Enter());
    }

    [Fact]
    public async Task Enter_Cancelled_StopsWaiting()
    {
        using var cancel = new CancellationTokenSource();
        Task<CancellationToken?> entering = _gate.EnterAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(entering.Soon);
    }

    // The commit is sent right after the gate has closed: an accept of the application is cancelled by then, if nothing of the application is in the way.
    [Fact]
    public async Task Close_AnAcceptOfTheApplication_IsCancelledBeforeItReturns()
    {
        _gate.Open();
        CancellationToken theirs = (await TermAsync(_gate))!.Ended;
        _gate.Close();
        await Cancelled(theirs).Soon();
    }

    [Fact]
    public async Task Close_ACallbackOfTheApplicationThrows_TheGateIsClosedAndOpensAgain()
    {
        var failures = new ConcurrentQueue<Exception>();
        var gate = new AcceptGate(failed: failures.Enqueue);
        gate.Open();
        CancellationToken theirs = (await TermAsync(gate))!.Ended;
        theirs.Register(() => throw new InvalidOperationException("a defect of the application"));
        gate.Close();
        Assert.False(gate.IsOpen);
        Assert.True(SpinWait.SpinUntil(() => failures.Count == 1, Deadline.Limit));
        gate.Open();
        Assert.NotEqual(theirs, (await TermAsync(gate).Soon())!.Ended);
    }

    [Fact]
    public async Task Close_ACallbackOfTheApplicationBlocksForEver_OurOwnAcceptsAreCancelledAllTheSame()
    {
        using var blocked = new ManualResetEventSlim();
        _gate.Open();
        CancellationToken ours = (await _gate.EnterAsync(CancellationToken.None))!.Value;
        CancellationToken theirs = (await TermAsync(_gate))!.Ended;
        theirs.Register(blocked.Wait);
        _gate.Close();
        Assert.True(ours.IsCancellationRequested);
        _gate.Open();
        _gate.End();
        Assert.Null(await TermAsync(_gate));
        blocked.Set();
    }

    [Fact]
    public async Task EnterTerm_BeforeAndAfterTheGateOpens_IsTheSameForAll()
    {
        Task<ServingTerm?> early = TermAsync(_gate);
        Assert.False(early.IsCompleted);
        _gate.Open();
        Assert.Same(await early.Soon(), await TermAsync(_gate));
    }

    // Who has finished early is not given the same term again and again.
    [Fact]
    public async Task EnterTerm_AfterTheOneThatGoesOn_WaitsForTheNext()
    {
        _gate.Open();
        ServingTerm first = (await TermAsync(_gate))!;
        Task<ServingTerm?> next = TermAsync(_gate, after: first);
        _gate.Close();
        Assert.False(next.IsCompleted);
        Assert.True(first.Ended.IsCancellationRequested);
        _gate.Open();
        Assert.NotSame(first, await next.Soon());
        Assert.False((await next)!.Ended.IsCancellationRequested);
    }

    private static Task<ServingTerm?> TermAsync(AcceptGate gate, ServingTerm? after = null) =>
        gate.EnterTermAsync(after, CancellationToken.None).AsTask();

    private static Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }

    private Task<CancellationToken?> Enter() => _gate.EnterAsync(CancellationToken.None).AsTask();
}
