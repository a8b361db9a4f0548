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
        CancellationToken theirs = (await _gate.EnterTheirsAsync(CancellationToken.None))!.Value;
        _gate.Close();
        await Cancelled(theirs).Soon();
    }

    [Fact]
    public async Task Close_ACallbackOfTheApplicationThrows_TheGateIsClosedAndOpensAgain()
    {
        var failures = new ConcurrentQueue<Exception>();
        var gate = new AcceptGate(failures.Enqueue);
        gate.Open();
        CancellationToken theirs = (await gate.EnterTheirsAsync(CancellationToken.None))!.Value;
        theirs.Register(() => throw new InvalidOperationException("a defect of the application"));
        gate.Close();
        Assert.False(gate.IsOpen);
        Assert.True(SpinWait.SpinUntil(() => failures.Count == 1, Deadline.Limit));
        gate.Open();
        Assert.NotEqual(theirs, await gate.EnterTheirsAsync(CancellationToken.None).AsTask().Soon());
    }

    [Fact]
    public async Task Close_ACallbackOfTheApplicationBlocksForEver_OurOwnAcceptsAreCancelledAllTheSame()
    {
        using var blocked = new ManualResetEventSlim();
        _gate.Open();
        CancellationToken ours = (await _gate.EnterAsync(CancellationToken.None))!.Value;
        CancellationToken theirs = (await _gate.EnterTheirsAsync(CancellationToken.None))!.Value;
        theirs.Register(blocked.Wait);
        _gate.Close();
        Assert.True(ours.IsCancellationRequested);
        _gate.Open();
        _gate.End();
        Assert.Null(await _gate.EnterTheirsAsync(CancellationToken.None));
        blocked.Set();
    }

    [Fact]
    public async Task EnterTheirs_BeforeAndAfterTheGateOpens_HasOneTokenForAll()
    {
        Task<CancellationToken?> early = _gate.EnterTheirsAsync(CancellationToken.None).AsTask();
        Assert.False(early.IsCompleted);
        _gate.Open();
        Assert.Equal(await early.Soon(), await _gate.EnterTheirsAsync(CancellationToken.None));
    }

    private static Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }

    private Task<CancellationToken?> Enter() => _gate.EnterAsync(CancellationToken.None).AsTask();
}
