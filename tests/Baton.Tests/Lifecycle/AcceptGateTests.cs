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

    private Task<CancellationToken?> Enter() => _gate.EnterAsync(CancellationToken.None).AsTask();
}
