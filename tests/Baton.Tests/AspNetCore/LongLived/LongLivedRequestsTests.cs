using Baton.AspNetCore;
using Baton.AspNetCore.LongLived;
using Baton.Tests.Support;

namespace Baton.Tests.AspNetCore.LongLived;

/// <summary>When long-lived requests are closed in a drain, by a clock that the test moves.</summary>
public sealed class LongLivedRequestsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _calledBack = new();
    private readonly GracefulRestartOptions _options;
    private readonly LongLivedRequests _requests;

    public LongLivedRequestsTests()
    {
        _options = new GracefulRestartOptions { TimeProvider = _time };
        _options.LongLived.CloseSpread = TimeSpan.Zero;
        _requests = new LongLivedRequests(_options, new RecordingLogger(_ => { }));
    }

    public void Dispose() => _calledBack.Dispose();

    [Fact]
    public async Task Drain_AfterTheNotice_ClosesWhatTheApplicationHasNotEnded()
    {
        FakeRequest ended = Add(), open = Add(), left = Add();
        left.IsLeftAlone = true;
        _ = _requests.DrainAsync(_calledBack.Token);
        _requests.Remove(ended);
        await PassAsync(_options.LongLived.Notice, () => open.Closed is not null);
        Assert.Equal((1012, "service restart"), (open.Closed!.Status, open.Closed.Reason));
        Assert.Null(ended.Closed ?? left.Closed);
        _requests.Remove(open);
        await _requests.ClosedAsync().WaitAsync(Deadline.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Drain_CalledBackWithinTheNotice_ClosesNothing()
    {
        FakeRequest open = Add();
        _ = _requests.DrainAsync(_calledBack.Token);
        Task closed = _requests.ClosedAsync();
        await _calledBack.CancelAsync();
        await closed.WaitAsync(Deadline.Limit, TestContext.Current.CancellationToken);
        _time.Advance(_options.LongLived.Notice * 2);
        Assert.Null(open.Closed);
        Assert.False(_requests.IsDraining);
    }

    [Fact]
    public async Task NobodyServes_ClosesAtOnceWhatAPlainHostWould()
    {
        FakeRequest hub = Add(atOnce: true), socket = Add();
        _ = _requests.DrainAsync(_calledBack.Token);
        _requests.NobodyServes();
        await UntilAsync(() => hub.Closed is not null);
        Assert.Null(socket.Closed);
        await PassAsync(_options.LongLived.Notice, () => socket.Closed is not null);
        Assert.Equal((1001, "service ends"), (socket.Closed!.Status, socket.Closed.Reason));
    }

    [Fact]
    public async Task Add_WhileDraining_IsClosedToo()
    {
        _ = _requests.DrainAsync(_calledBack.Token);
        FakeRequest late = Add();
        await PassAsync(_options.LongLived.Notice, () => late.Closed is not null);
    }

    [Fact]
    public async Task Notice_IsInfinite_ClosesNothing()
    {
        _options.LongLived.Notice = Timeout.InfiniteTimeSpan;
        FakeRequest open = Add();
        _ = _requests.DrainAsync(_calledBack.Token);
        await _requests.ClosedAsync().WaitAsync(Deadline.Limit, TestContext.Current.CancellationToken);
        Assert.Null(open.Closed);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private FakeRequest Add(bool atOnce = false)
    {
        var request = new FakeRequest(atOnce);
        _requests.Add(request, context: null);
        return request;
    }

    // The waits begin on threads of the pool, perhaps after the clock was moved.
    private Task PassAsync(TimeSpan time, Func<bool> condition) => UntilAsync(() =>
    {
        _time.Advance(time);
        return condition();
    });

    private sealed class FakeRequest(bool atOnce) : LongLivedRequest
    {
        private LongLivedClose? _closed;

        internal override string Kind => "fake";

        internal override bool EndsAtOnceInShutdown => atOnce;

        internal LongLivedClose? Closed => Volatile.Read(ref _closed);

        internal override Task CloseAsync(LongLivedClose close)
        {
            Volatile.Write(ref _closed, close);
            return Ended;
        }
    }
}
