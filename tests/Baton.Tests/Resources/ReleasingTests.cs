using System.Net;
using System.Net.Sockets;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>When a listener is closed, and when its path goes.</summary>
public sealed class ReleasingTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Dispose_OneClaim_ClosesThatListenerOnly()
    {
        ClaimedListener dropped = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        EndPoint droppedAt = dropped.Socket.LocalEndPoint!;
        EndPoint keptAt = _fixture.Registry.Listen(RegistryFixture.AnyPort).LocalEndPoint!;

        dropped.Dispose();
        dropped.Dispose();

        Assert.False(RegistryFixture.Connects(droppedAt));
        Assert.True(RegistryFixture.Connects(keptAt));
        Assert.Equal("tcp:127.0.0.1:0#1", Assert.Single(_fixture.Registry.Resources.Held).Key.ToString());
        Assert.Equal(1, _fixture.Logger.EventNames.Count(n => n == "ListenerClosed"));
    }

    // The window between commit and release: what the successor serves must not be taken from it piece by piece.
    [Fact]
    public void Dispose_AClaimThatIsPassedOn_ClosesNothing()
    {
        ClaimedListener claim = RegistryFixture.Claim(_fixture.Registry, _fixture.UnixEndPoint);
        _fixture.Registry.Resources.SetPassedOn(true);
        claim.Dispose();
        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
        Assert.NotNull(_fixture.Registry.ClaimUnused(ResourceKey.Of(_fixture.UnixEndPoint)));
    }

    // C3
    [Fact]
    public void Release_NotClaimedBySuccessor_ClosesAndRemovesThePath()
    {
        ClaimedListener tcp = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        ClaimedListener unix = RegistryFixture.Claim(_fixture.Registry, _fixture.UnixEndPoint);
        EndPoint port = tcp.Socket.LocalEndPoint!;

        _fixture.Registry.Resources.Release([]);
        tcp.Dispose();
        unix.Dispose();

        Assert.False(RegistryFixture.Connects(port));
        Assert.False(Path.Exists(_fixture.SocketPath));
        Assert.Empty(_fixture.Registry.Resources.Held);
    }

    // C3: the path survives the end of the predecessor.
    [Fact]
    public void Release_ClaimedBySuccessor_LeavesThePathAndTheListener()
    {
        ClaimedListener claim = RegistryFixture.Claim(_fixture.Registry, _fixture.UnixEndPoint);
        SocketRegistry successor = _fixture.Successor();
        successor.Listen(_fixture.UnixEndPoint);

        _fixture.Registry.Resources.Release([.. successor.Resources.Held.Select(l => l.Key)]);
        claim.Dispose();

        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }

    // C3: somebody has put a socket of their own there.
    [Fact]
    public void Release_AnotherSocketIsAtThePath_LeavesIt()
    {
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        File.Delete(_fixture.SocketPath);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(_fixture.UnixEndPoint);
        other.Listen();

        _fixture.Registry.Resources.Release([]);

        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }

    [Fact]
    public void Release_ThePathIsGoneAlready_IsFine()
    {
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        File.Delete(_fixture.SocketPath);
        _fixture.Registry.Resources.Release([]);
        Assert.False(Path.Exists(_fixture.SocketPath));
    }

    // F5, F6: the server of a successor that can't start lets go of what it has claimed, while the predecessor serves it.
    [Fact]
    public void Dispose_ClaimOfASuccessorThatNeverServed_LeavesThePathToThePredecessor()
    {
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        RegistryFixture.Claim(_fixture.Successor(), _fixture.UnixEndPoint).Dispose();
        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }

    // F11, F6: a successor that is told to shut down before it serves.
    [Fact]
    public void Release_BySuccessorThatNeverServed_LeavesThePathToThePredecessor()
    {
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        SocketRegistry successor = _fixture.Successor();
        successor.Listen(_fixture.UnixEndPoint);
        successor.Resources.Release([]);
        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }
}
