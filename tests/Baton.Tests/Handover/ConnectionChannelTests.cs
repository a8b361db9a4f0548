using Baton.Handover;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baton.Tests.Handover;

/// <summary>Connections between two ends: each has one owner at any moment.</summary>
public sealed class ConnectionChannelTests
{
    private readonly MovingConnections _ours = new(NullLogger.Instance);
    private readonly MovingConnections _theirs = new(NullLogger.Instance);
    private readonly List<MovedConnection> _served = [];

    public ConnectionChannelTests() => _theirs.Add(moved =>
    {
        lock (_served)
        {
            _served.Add(moved);
        }

        return true;
    });

    [Fact]
    public async Task SendAsync_MoreThanABatch_AllArriveWithTheirInput()
    {
        const int Many = HandoverProtocol.MaxBatch + 10;
        int counted = 0;
        _ours.Counted = count => Interlocked.Add(ref counted, count);
        (ConnectionChannel channel, _) = Open();

        bool[] taken = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => channel.SendAsync(NewConnection(out _, (byte)i)))).Soon();

        Assert.All(taken, Assert.True);
        await UntilAsync(() => Served.Length == Many);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => (byte)i), Served.Select(m => m.Input[0]));
        Assert.Equal(Many, counted);
        channel.Close();
    }

    [Fact]
    public async Task SendAsync_OtherEndIsClosed_StaysOurs()
    {
        (ConnectionChannel channel, ConnectionChannel other) = Open();
        _ours.GoTo(channel);
        other.Close();

        Assert.False(await channel.SendAsync(NewConnection(out _)).Soon());
        await UntilAsync(() => _ours.Target is null);
        Assert.False(await channel.SendAsync(NewConnection(out _)).Soon());
    }

    [Fact]
    public async Task SendAsync_BothWaysAtOnce_AllArrive()
    {
        var back = new List<MovedConnection>();
        _ours.Add(moved =>
        {
            lock (back)
            {
                back.Add(moved);
            }

            return true;
        });
        (ConnectionChannel channel, ConnectionChannel other) = Open();

        bool[] taken = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => (i % 2 == 0 ? channel : other).SendAsync(NewConnection(out _)))).Soon();

        Assert.All(taken, Assert.True);
        await UntilAsync(() => Served.Length == 500);
        channel.Close();
    }

    [Fact]
    public async Task SendAsync_NobodyServesIt_IsClosed()
    {
        var nobody = new MovingConnections(NullLogger.Instance);
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        var channel = ConnectionChannel.Open(first, pid: 1, static _ => true, Deadline.Limit, _ours);
        ConnectionChannel.Open(second, pid: 2, static _ => true, Deadline.Limit, nobody);
        MovedConnection sent = NewConnection(out Descriptor client);

        Assert.True(await channel.SendAsync(sent).Soon());
        sent.Descriptor.Dispose();

        await UntilAsync(() => LocalSocket.IsAtEnd(client));
        channel.Close();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    private MovedConnection[] Served
    {
        get
        {
            lock (_served)
            {
                return [.. _served];
            }
        }
    }

    private static MovedConnection NewConnection(out Descriptor client, byte input = 0)
    {
        (Descriptor ours, client) = UnixStream.CreatePair();
        return new MovedConnection("tcp:127.0.0.1:80", ours, [input]);
    }

    private (ConnectionChannel Ours, ConnectionChannel Theirs) Open()
    {
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        return (
            ConnectionChannel.Open(first, pid: 1, static _ => true, Deadline.Limit, _ours),
            ConnectionChannel.Open(second, pid: 2, static _ => true, Deadline.Limit, _theirs));
    }
}
