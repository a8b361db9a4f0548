using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Baton.AspNetCore;
using Baton.AspNetCore.Moving;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Pipe = System.IO.Pipelines.Pipe;

namespace Baton.Tests.AspNetCore;

/// <summary>What leaves with a connection, by the counters of a real one: all that has come, or the connection is given up.</summary>
public sealed class MovableTransportTests : IDisposable, IMovingTarget
{
    private readonly Socket _server;
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly CancellationTokenSource _calledBack = new();
    private readonly MovableTransport _transport;

    public MovableTransportTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.Connect(listener.LocalEndPoint!);
        _server = listener.Accept();
        var logger = new RecordingLogger(_ => { });
        var moving = new MovingConnections(logger);
        var options = new GracefulRestartOptions();
        var all = new OpenConnections(options, logger) { Moves = new ConnectionMoves(options, moving, new SocketTransportOptions(), logger) };
        moving.GoTo(this);
        _ = all.DrainAsync(_calledBack.Token);
        var connection = new FakeConnection(all, new EndpointProtocol(static () => false));
        connection.Tracked.ReachedHttp();
        int fd = (int)_server.Handle;
        _transport = new MovableTransport(
            connection.Tracked, new Both(_input.Reader, _output.Writer), check => check(TcpCounters.Of(fd)!.Value) ? _server.SafeHandle.Duplicate() : null, TcpCounters.Of(fd)!.Value, []);
    }

    public void Dispose()
    {
        _calledBack.Cancel();
        _calledBack.Dispose();
        _client.Dispose();
        _server.Dispose();
    }

    bool IMovingTarget.Wants(string key) => true;

    Task<bool> IMovingTarget.SendAsync(MovedConnection connection) => Task.FromResult(false);

    void IMovingTarget.Close()
    {
    }

    [Fact]
    public async Task Depart_NothingIsOnItsWay_TakesTheConnectionAndWhatHasArrived()
    {
        await LeaveAsync();
        _client.Send("later"u8);

        using Descriptor taken = Assert.IsType<MovedConnection>(_transport.Depart("tcp:x")).Descriptor;
        using var moved = new MovedConnection("tcp:x", taken, []).ToSocket();
        byte[] buffer = new byte[10];
        Assert.Equal("later", Encoding.ASCII.GetString(buffer, 0, moved.Receive(buffer)));
    }

    // As a read of the transport would that was asleep in the kernel since before the taking.
    [Fact]
    public async Task Depart_SomethingWasReadThatNobodyHas_GivesTheConnectionUp()
    {
        await LeaveAsync();
        _client.Send("lost"u8);
        Assert.Equal(4, _server.Receive(new byte[10]));

        Assert.Null(_transport.Depart("tcp:x"));
    }

    private async Task LeaveAsync()
    {
        Task<ReadResult> kestrel = _transport.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.True(_transport.IsTaken || _transport.TryMove());
        Assert.True((await kestrel.Soon()).IsCompleted);
        await _transport.EndReadAsync().Soon();
    }

    private sealed record Both(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
