using System.Net;
using System.Net.Sockets;
using Baton.Lifecycle;
using Baton.Tests.Support;

namespace Baton.Tests;

/// <summary>A server of the application whose work Baton does not see by itself.</summary>
public sealed class RestartParticipantTests : IDisposable
{
    private readonly WorkRegister _work = new();
    private readonly CancellationTokenSource _resumed = new();
    private readonly RestartParticipant _server = new("echo");

    public RestartParticipantTests() => _work.Register(_server);

    public void Dispose() => _resumed.Dispose();

    [Fact]
    public async Task Drain_NothingOpen_IsOverAtOnce() => await _work.DrainAsync(_resumed.Token).Soon();

    [Fact]
    public async Task Drain_WithOpenWork_TellsItAndWaitsForIt()
    {
        OpenWorkItem first = _server.Begin(), second = _server.Begin();
        Assert.False(first.Draining.IsCancellationRequested);
        Task drain = _work.DrainAsync(_resumed.Token);
        Assert.True(first.Draining.IsCancellationRequested);
        first.Dispose();
        first.Dispose();
        Assert.False(drain.IsCompleted);
        Assert.True(_server.Begin().Draining.IsCancellationRequested);
        second.Dispose();
        Assert.False(drain.IsCompleted);
    }

    [Fact]
    public async Task Drain_WhenTheLastWorkEnds_IsOver()
    {
        OpenWorkItem item = _server.Begin();
        Task drain = _work.DrainAsync(_resumed.Token);
        item.Dispose();
        await drain.Soon();
    }

    [Fact]
    public async Task Drain_WhileAConnectionIsAccepted_WaitsForIt()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Task<AcceptedConnection> accept = _server.AcceptAsync(listener, TestContext.Current.CancellationToken).AsTask();
        Task drain = _work.DrainAsync(_resumed.Token);
        Assert.False(drain.IsCompleted);

        // The last moment: the gate has closed, and the kernel has a connection for this process.
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        AcceptedConnection connection = await accept.Soon();
        Assert.Equal(1, Report().Connections["echo"]);
        Assert.False(drain.IsCompleted);
        Assert.True(connection.Draining.IsCancellationRequested);
        connection.Dispose();
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        await drain.Soon();
    }

    [Fact]
    public async Task Drain_AcceptIsCancelled_IsOver()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var mayAccept = new CancellationTokenSource();
        Task<AcceptedConnection> accept = _server.AcceptAsync(listener, mayAccept.Token).AsTask();
        Task drain = _work.DrainAsync(_resumed.Token);
        await mayAccept.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accept.Soon());
        await drain.Soon();
    }

    [Fact]
    public void Describe_SaysWhatIsOpenByName()
    {
        Assert.Empty(Report().Connections);
        using OpenWorkItem first = _server.Begin(), second = _server.Begin();
        Assert.Equal(2, Report().Connections["echo"]);
        Assert.Equal(new OpenWork(2, 0), _work.Describe().Total);
        Assert.True(_work.Describe().CountsConnections);
    }

    [Fact]
    public void Cut_TellsWhatIsOpenAndIsExitCode124()
    {
        OpenWorkItem item = _server.Begin();
        try
        {
            Assert.Equal(new OpenWork(1, 0), _work.Cut());
            Assert.True(item.Cut.IsCancellationRequested);
            Assert.Equal(Restarter.ForcedExitCode, Environment.ExitCode);
        }
        finally
        {
            _work.Resume();
        }
    }

    [Fact]
    public void Cut_NothingOpen_IsNoWork()
    {
        Assert.Equal(default, _work.Cut());
        Assert.NotEqual(Restarter.ForcedExitCode, Environment.ExitCode);
    }

    [Fact]
    public async Task RollBack_WhatIsBegunThen_IsNeitherToldNorCut()
    {
        OpenWorkItem old = _server.Begin();
        Task drain = _work.DrainAsync(_resumed.Token);
        try
        {
            _work.Cut();
            await _resumed.CancelAsync();
        }
        finally
        {
            _work.Resume();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain.Soon());
        OpenWorkItem next = _server.Begin();
        Assert.False(next.Draining.IsCancellationRequested || next.Cut.IsCancellationRequested);
        Assert.True(old.Draining.IsCancellationRequested && old.Cut.IsCancellationRequested);

        // It can be drained once more.
        using var resumed = new CancellationTokenSource();
        drain = _work.DrainAsync(resumed.Token);
        Assert.True(next.Draining.IsCancellationRequested);
        old.Dispose();
        Assert.False(drain.IsCompleted);
        next.Dispose();
        await drain.Soon();
    }

    private GenerationStatus Report() => _work.Describe().ToStatus(1, 1, ProcessState.Serving);
}
