using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>A listener asked for again is the one that was there before.</summary>
public sealed class InheritingTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    // C2: port 0 keeps its number.
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public void Listen_Inherited_IsTheSameKernelSocketOnTheSamePort(string address)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), 0);
        Socket first = _fixture.Registry.Listen(endPoint);
        Socket second = _fixture.Successor().Listen(endPoint);

        Assert.Equal(RegistryFixture.KernelSocket(first), RegistryFixture.KernelSocket(second));
        Assert.Equal(first.LocalEndPoint, second.LocalEndPoint);
        Assert.NotEqual(first.Handle, second.Handle);
    }

    // Kestrel binds an endpoint anew when it reads its configuration or its certificate again, which a soak has seen it do while it starts.
    [Fact]
    public void Claim_LetGoWhileThePredecessorHasItToo_IsInheritedAgain()
    {
        using ClaimedListener first = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        SocketRegistry successor = _fixture.Successor();
        RegistryFixture.Claim(successor, RegistryFixture.AnyPort).Dispose();

        using ClaimedListener again = RegistryFixture.Claim(successor, RegistryFixture.AnyPort);

        Assert.Equal(RegistryFixture.KernelSocket(first.Socket), RegistryFixture.KernelSocket(again.Socket));
        Assert.Single(successor.Resources.Held);
    }

    [Fact]
    public void Claim_LetGoWhenNobodyElseHasIt_IsClosed()
    {
        ClaimedListener first = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        EndPoint bound = first.Socket.LocalEndPoint!;
        SocketRegistry successor = _fixture.Successor();
        ClaimedListener claim = RegistryFixture.Claim(successor, RegistryFixture.AnyPort);
        first.Dispose();
        _fixture.Registry.Resources.Release([]);
        successor.Resources.EndSharing();

        claim.Dispose();

        Assert.False(RegistryFixture.Connects(bound));
        Assert.Empty(successor.Resources.Held);
    }

    // C3
    [Fact]
    public void EndSharing_AUnixListenerWasDroppedWhileThePredecessorHadItToo_RemovesItsPath()
    {
        _fixture.Registry.Listen(_fixture.UnixEndPoint);
        SocketRegistry successor = _fixture.Successor();
        ClaimedListener claim = RegistryFixture.Claim(successor, _fixture.UnixEndPoint);
        ResourceKey key = Assert.Single(successor.Resources.Held).Key;
        successor.Resources.SetPassedOn(false);
        claim.Dispose();
        Assert.True(File.Exists(_fixture.SocketPath), "the predecessor may take over again");

        _fixture.Registry.Resources.Release([key]);
        successor.Resources.EndSharing();

        Assert.False(File.Exists(_fixture.SocketPath));
    }

    // C2
    [Fact]
    public void Listen_AnyV6_TakesV4Too()
    {
        Socket listener = _fixture.Registry.Listen(new IPEndPoint(IPAddress.IPv6Any, 0));
        Assert.True(RegistryFixture.Connects(new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port)));
    }

    // C3
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Listen_InheritedUnixSocket_IsTheSameKernelSocket(bool isAbstract)
    {
        var endPoint = new UnixDomainSocketEndPoint(isAbstract ? "\0baton-tests-" + Guid.NewGuid() : _fixture.SocketPath);
        Socket first = _fixture.Registry.Listen(endPoint);
        Socket second = _fixture.Successor().Listen(endPoint);
        Assert.Equal(RegistryFixture.KernelSocket(first), RegistryFixture.KernelSocket(second));
        Assert.True(RegistryFixture.Connects(endPoint));
    }

    // C4
    [Fact]
    public void Listen_EqualRequests_AreToldApartByTheirOrder()
    {
        Socket[] first = [_fixture.Registry.Listen(RegistryFixture.AnyPort), _fixture.Registry.Listen(RegistryFixture.AnyPort)];
        Assert.Equal(["tcp:127.0.0.1:0", "tcp:127.0.0.1:0#1"], _fixture.Registry.Resources.Held.Select(l => l.Key.ToString()).Order());

        SocketRegistry successor = _fixture.Successor();
        Socket[] second = [successor.Listen(RegistryFixture.AnyPort), successor.Listen(RegistryFixture.AnyPort)];
        Assert.Equal(first.Select(RegistryFixture.KernelSocket), second.Select(RegistryFixture.KernelSocket));
    }

    // C5: of two equal requests the first was dropped by a reload; the one that is left is the one that is asked for now.
    [Fact]
    public void Listen_OnlyTheSecondOfEqualRequestsIsLeft_IsInherited()
    {
        ClaimedListener dropped = RegistryFixture.Claim(_fixture.Registry, RegistryFixture.AnyPort);
        Socket left = _fixture.Registry.Listen(RegistryFixture.AnyPort);
        dropped.Dispose();

        Socket inherited = _fixture.Successor().Listen(RegistryFixture.AnyPort);
        Assert.Equal(left.LocalEndPoint, inherited.LocalEndPoint);
    }

    // C9
    [Fact]
    public void Listen_ThroughManyGenerations_IsAlwaysTheSameKernelSocket()
    {
        Socket first = _fixture.Registry.Listen(RegistryFixture.AnyPort);
        SocketRegistry current = _fixture.Registry;
        for (int generation = 2; generation <= 20; generation++)
        {
            SocketRegistry next = _fixture.NewRegistry();
            HeldListener held = Assert.Single(current.Resources.Held);
            next.Resources.Unclaimed.Inherit(held.Key, held.Descriptor.Duplicate());
            Assert.Equal(RegistryFixture.KernelSocket(first), RegistryFixture.KernelSocket(next.Listen(RegistryFixture.AnyPort)));
            current = next;
        }
    }

    // C5, C6
    [Fact]
    public void EndSharing_NobodyAskedForIt_IsClosedAndLogged()
    {
        EndPoint gone = _fixture.Registry.Listen(RegistryFixture.AnyPort).LocalEndPoint!;
        SocketRegistry successor = _fixture.Successor();
        successor.Listen(_fixture.UnixEndPoint);
        Assert.Equal(1, successor.Resources.Unclaimed.Count);

        successor.Resources.CloseUnclaimed();
        Assert.Equal(1, successor.Resources.Unclaimed.Count);
        successor.Resources.EndSharing();

        Assert.Equal(0, successor.Resources.Unclaimed.Count);
        Assert.True(RegistryFixture.Connects(gone), "the predecessor still listens");
        Assert.Equal("Closed tcp:127.0.0.1:0: inherited, but this configuration does not use it", _fixture.Logger.Lines[^1].Text);
    }

    // C5
    [Fact]
    public void Listen_AnotherProcessHasTheAddress_FailsAsEverAndKeepsNothing()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(RegistryFixture.AnyPort);
        other.Listen();

        var failure = Assert.ThrowsAny<SocketException>(() => _fixture.Registry.Listen(other.LocalEndPoint!));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        Assert.Empty(_fixture.Registry.Resources.Held);
    }

    // C10
    [Fact]
    public void Inherit_AKeyTwice_IsAProtocolError()
    {
        _fixture.Registry.Listen(RegistryFixture.AnyPort);
        SocketRegistry successor = _fixture.Successor();
        HeldListener held = Assert.Single(_fixture.Registry.Resources.Held);
        using Descriptor again = held.Descriptor.Duplicate();
        Assert.Equal(RestartFailure.ProtocolError, Assert.Throws<RestartException>(() => successor.Resources.Unclaimed.Inherit(held.Key, again)).Failure);
    }
}
