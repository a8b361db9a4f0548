using Baton.AspNetCore;
using Baton.AspNetCore.LongLived;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.AspNetCore.LongLived;

/// <summary>When long-lived requests are closed in a drain.</summary>
public sealed class LongLivedRequestsTests : IDisposable
{
    private readonly CancellationTokenSource _calledBack = new();
    private readonly GracefulRestartOptions _options;
    private readonly LongLivedRequests _requests;

    // What the control loop does after what it does now.
    private Action _posted = () => { };

    public LongLivedRequestsTests()
    {
        _options = new GracefulRestartOptions();
        (_options.LongLived.Notice, _options.LongLived.CloseSpread) = (TimeSpan.FromMilliseconds(1), TimeSpan.Zero);
        _requests = new LongLivedRequests(_options, new RecordingLogger(_ => { }), action => _posted = action);
    }

    public void Dispose() => _calledBack.Dispose();

    [Fact]
    public async Task Drain_AfterTheNotice_ClosesWhatTheApplicationHasNotEnded()
    {
        FakeRequest ended = Add(), open = Add(), left = Add(), unary = Add();
        left.IsLeftAlone = true;
        unary.Ends = true;
        _requests.Remove(ended);
        Drain();
        await UntilAsync(() => open.Closed is not null);
        Assert.Equal((1012, "service restart"), (open.Closed!.Status, open.Closed.Reason));
        Assert.Null(ended.Closed ?? left.Closed ?? unary.Closed);
        _requests.Remove(open);
        await _requests.ClosedAsync().WaitAsync(Deadline.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Describe_CountsEachKindAndHowItEnded()
    {
        FakeRequest closed = Add();
        Drain();
        await UntilAsync(() => closed.Closed is not null);
        _requests.Remove(closed);
        FakeRequest deaf = Add(), unary = Add();
        unary.Ends = true;
        await UntilAsync(() => deaf.Closed is not null);
        _requests.Cut();
        _requests.Cut();
        var report = new OpenWorkReport();
        _requests.Describe(report);
        (string kind, LongLivedCount count) = Assert.Single(report.ToStatus(1, 1, ProcessState.Draining).LongLived);
        Assert.Equal(("fake", 1, 2, 2, 1), (kind, count.Open, count.Told, count.Closed, count.Cut));
    }

    [Fact]
    public async Task Drain_CalledBackWithinTheNotice_ClosesNothing()
    {
        _options.LongLived.Notice = TimeSpan.FromHours(1);
        FakeRequest open = Add();
        Drain();
        Task closed = _requests.ClosedAsync();
        await _calledBack.CancelAsync();
        await closed.WaitAsync(Deadline.Limit, TestContext.Current.CancellationToken);
        Assert.Null(open.Closed);
        Assert.False(_requests.IsDraining);
    }

    [Fact]
    public async Task NobodyServes_ClosesAtOnceWhatAPlainHostWould()
    {
        _options.LongLived.Notice = TimeSpan.FromHours(1);
        FakeRequest hub = Add(atOnce: true), socket = Add();
        _ = _requests.DrainAsync(_calledBack.Token);
        _requests.NobodyServes();
        _posted();
        await UntilAsync(() => hub.Closed is not null);
        Assert.Equal((1001, "service ends"), (hub.Closed!.Status, hub.Closed.Reason));
        Assert.Null(socket.Closed);
    }

    [Fact]
    public async Task Drain_OneFailsToClose_ClosesTheOthers()
    {
        FakeRequest bad = Add(), good = Add();
        bad.Failure = new InvalidOperationException("a callback of the application");
        Drain();
        await UntilAsync(() => good.Closed is not null);
        _requests.Remove(good);
        await _requests.ClosedAsync().WaitAsync(Deadline.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Add_WhileDraining_IsClosedToo()
    {
        Drain();
        FakeRequest late = Add();
        await UntilAsync(() => late.Closed is not null);
    }

    // Answered later than it should have been closed: a stream that began in the drain.
    [Fact]
    public async Task Drain_RequestBecomesLongLivedLater_ClosesIt()
    {
        FakeRequest late = Add();
        late.Ends = true;
        Drain();
        await _requests.ClosedAsync().WaitAsync(Deadline.Limit, TestContext.Current.CancellationToken);
        Assert.Null(late.Closed);
        late.Ends = false;
        await UntilAsync(() => late.Closed is not null);
    }

    [Fact]
    public async Task Notice_IsInfinite_ClosesNothing()
    {
        _options.LongLived.Notice = Timeout.InfiniteTimeSpan;
        FakeRequest open = Add();
        Drain();
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

    private void Drain()
    {
        _ = _requests.DrainAsync(_calledBack.Token);
        _posted();
    }

    private FakeRequest Add(bool atOnce = false)
    {
        var request = new FakeRequest(atOnce);
        _requests.Add(request, context: null);
        return request;
    }

    private sealed class FakeRequest(bool atOnce) : LongLivedRequest
    {
        private LongLivedClose? _closed;

        internal override string Kind => "fake";

        internal override bool EndsAtOnceInShutdown => atOnce;

        internal override bool EndsByItself => Ends;

        internal bool Ends { get; set; }

        internal Exception? Failure { get; set; }

        internal LongLivedClose? Closed => Volatile.Read(ref _closed);

        internal override Task CloseAsync(LongLivedClose close)
        {
            Volatile.Write(ref _closed, close);
            return Failure is null ? Ended : Task.FromException(Failure);
        }
    }
}
