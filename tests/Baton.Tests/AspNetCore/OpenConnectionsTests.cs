using Baton.AspNetCore;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests.AspNetCore;

/// <summary>How a drain treats each kind of connection, with and without another process that serves.</summary>
public sealed class OpenConnectionsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _calledBack = new();
    private readonly RecordingLogger _logger = new(_ => { });
    private readonly GracefulRestartOptions _options;
    private readonly OpenConnections _connections;

    public OpenConnectionsTests()
    {
        _options = new GracefulRestartOptions { TimeProvider = _time, IdleGrace = TimeSpan.FromSeconds(30), UnfinishedRequestGrace = TimeSpan.FromSeconds(1) };
        _connections = new OpenConnections(_options, _logger);
    }

    public void Dispose() => _calledBack.Dispose();

    [Fact]
    public async Task Drain_AnotherProcessServes_KeepsIdleConnectionsForTheirGrace()
    {
        FakeConnection idle = Served();
        FakeConnection silent = New(http: true);
        FakeConnection raw = New(http: false);
        _ = _connections.DrainAsync(_calledBack.Token);
        await UntilAsync(() => raw.Told);
        Assert.False(idle.Told || silent.Told);

        _time.Advance(_options.IdleGrace);
        await UntilAsync(() => idle.Told && silent.Told);
        Assert.False(idle.Aborted || silent.Aborted);
    }

    [Fact]
    public async Task NobodyServes_AnIdleConnection_IsToldAtOnceAndAUnfinishedRequestAfterItsGrace()
    {
        _options.IdleGrace = Timeout.InfiniteTimeSpan;
        FakeConnection idle = Served();
        FakeConnection silent = New(http: true);
        _ = _connections.DrainAsync(_calledBack.Token);
        _connections.NobodyServes();
        await UntilAsync(() => idle.Told);
        Assert.False(silent.Told);

        _time.Advance(_options.UnfinishedRequestGrace);
        await UntilAsync(() => silent.Told);

        // Who has sent a half does not go by being told.
        await UntilAsync(() => silent.Aborted);
    }

    // Its process drains beside a successor, which dies.
    [Fact]
    public async Task NobodyServes_InTheMiddleOfADrain_IdleConnectionsGo()
    {
        FakeConnection idle = Served();
        FakeConnection raw = New(http: false);
        _ = _connections.DrainAsync(_calledBack.Token);
        await UntilAsync(() => raw.Told);
        Assert.False(idle.Told);
        _connections.NobodyServes();
        await UntilAsync(() => idle.Told);
    }

    [Fact]
    public async Task NobodyServes_BeforeAnyDrain_MeansNothing()
    {
        _connections.NobodyServes();
        FakeConnection idle = Served();
        FakeConnection raw = New(http: false);
        _ = _connections.DrainAsync(_calledBack.Token);
        await UntilAsync(() => raw.Told);
        Assert.False(idle.Told);
    }

    [Fact]
    public async Task NobodyServes_ARequestInProgress_IsLeftAlone()
    {
        FakeConnection busy = New(http: true);
        busy.Tracked.RequestStarted(http2: false, "/");
        FakeConnection idle = Served();
        Task drained = _connections.DrainAsync(_calledBack.Token);
        _connections.NobodyServes();
        await UntilAsync(() => idle.Told);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(busy.Told || busy.Aborted || drained.IsCompleted);
    }

    // A connection handler, or middleware that takes the connection over: work, whatever it does.
    [Fact]
    public async Task Drain_AConnectionWithoutHttp_IsToldWaitedForAndCountedWhenItIsCut()
    {
        FakeConnection raw = New(http: false);
        FakeConnection idle = Served();
        Task drained = _connections.DrainAsync(_calledBack.Token);
        await UntilAsync(() => raw.Told);
        Assert.Equal(1, Report().ToStatus(1, 1, ProcessState.Draining).Connections["raw"]);
        Assert.False(drained.IsCompleted);

        Assert.Equal(new OpenWork(Connections: 1, Requests: 0), _connections.Cut());
        Assert.True(raw.Aborted);
        Assert.False(idle.Aborted);
    }

    [Fact]
    public async Task Drain_AConnectionWithoutHttpEnds_IsDrained()
    {
        FakeConnection raw = New(http: false);
        Task drained = _connections.DrainAsync(_calledBack.Token);
        await UntilAsync(() => raw.Told);
        await raw.Tracked.DisposeAsync();
        await drained.Soon();
    }

    // It asks for the heartbeat as Kestrel does, with an object of its own: SignalR on a connection handler.
    [Fact]
    public void Heartbeat_AskedByAnother_IsNoHttp()
    {
        FakeConnection handler = New(http: false);
        handler.AskForHeartbeat(new object());
        Assert.True(handler.Tracked.IsWithoutHttp);
        handler.AskForHeartbeat(new Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions());
        Assert.False(handler.Tracked.IsWithoutHttp);
    }

    [Fact]
    public async Task Drain_ACallbackOfTheApplicationThrows_TheOthersHear()
    {
        FakeConnection[] raw = [New(http: false), New(http: false), New(http: false)];
        Array.ForEach(raw, r => r.OnTold = () => throw new InvalidOperationException("a defect"));
        _ = _connections.DrainAsync(_calledBack.Token);
        await UntilAsync(() => raw.All(r => r.Told));
        await UntilAsync(() => _logger.EventNames.Count(n => n == "CloseRequestFailed") == 3);
    }

    [Fact]
    public async Task Cut_OfIdleConnections_CountsNothing()
    {
        FakeConnection idle = Served();
        FakeConnection half = New(http: true);
        Task drained = _connections.DrainAsync(_calledBack.Token);
        Assert.Equal(default, _connections.Cut());
        await UntilAsync(() => idle.Told && half.Aborted);
        Assert.False(drained.IsCompleted);
    }

    private static Task UntilAsync(Func<bool> holds) => Task.Run(async () =>
    {
        while (!holds())
        {
            await Task.Delay(5);
        }
    }).Soon();

    private OpenWorkReport Report()
    {
        var report = new OpenWorkReport();
        _connections.Describe(report);
        return report;
    }

    private FakeConnection Served()
    {
        FakeConnection connection = New(http: true);
        connection.Tracked.RequestStarted(http2: false, "/");
        connection.Tracked.RequestEnded();
        return connection;
    }

    private FakeConnection New(bool http)
    {
        var connection = new FakeConnection(_connections, new EndpointProtocol(() => !http));
        if (http)
        {
            connection.Tracked.ReachedHttp();
        }

        _connections.Add(connection.Tracked);
        return connection;
    }
}
