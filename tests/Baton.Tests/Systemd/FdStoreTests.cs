using System.Runtime.InteropServices;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Systemd;

/// <summary>Checklist E1: what the store holds is what the process in charge listens on.</summary>
public sealed class FdStoreTests : IDisposable
{
    private const string Name = "FDNAME=baton-tcp%3A127.0.0.1%3A0";
    private readonly ServiceFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Serves_EachListener_IsStoredOnce()
    {
        using ClaimedListener first = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        using ClaimedListener second = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        _fixture.Serve();
        _fixture.Hear(ServiceFixture.Failed("no"));
        Assert.Equal(
            [$"FDSTORE=1 {Name} FDPOLL=0 +socket", $"FDSTORE=1 {Name}#1 FDPOLL=0 +socket"],
            _fixture.Said.Where(s => s.StartsWith("FDSTORE", StringComparison.Ordinal)));
    }

    [Fact]
    public void Listener_BoundWhileServing_IsStored()
    {
        _fixture.Serve();
        using ClaimedListener late = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        _fixture.Run();
        Assert.Equal(1, _fixture.Count($"FDSTORE=1 {Name} FDPOLL=0 +socket"));
    }

    // systemd has it still: bound anew it would be in use.
    [Fact]
    public void Listener_Dropped_CanBeClaimedAgainAndLeavesTheStoreLater()
    {
        ClaimedListener claim = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        string kernel = RegistryFixture.KernelSocket(claim.Socket);
        _fixture.Serve();
        claim.Dispose();
        _fixture.Run();
        ClaimedListener again = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        Assert.Equal(kernel, RegistryFixture.KernelSocket(again.Socket));
        _fixture.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _fixture.Count($"FDSTOREREMOVE=1 {Name}"));

        System.Net.EndPoint address = again.Socket.LocalEndPoint!;
        again.Dispose();
        _fixture.Run();
        _fixture.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(1, _fixture.Count($"FDSTOREREMOVE=1 {Name}"));
        Assert.False(RegistryFixture.Connects(address));
    }

    [Fact]
    public void Successor_OnProbation_LeavesTheStoreAlone()
    {
        using ClaimedListener claim = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, TimeSpan.FromSeconds(10)));
        Assert.Empty(_fixture.Said);
        _fixture.Hear(ServiceFixture.Proved(2));
        Assert.Equal(1, _fixture.Count($"FDSTORE=1 {Name} FDPOLL=0 +socket"));
    }

    [Fact]
    public void Successor_Inherited_IsNotStoredTwiceAndWhatItDoesNotUseIsRemoved()
    {
        using var predecessor = new RegistryFixture();
        using ClaimedListener used = RegistryFixture.Claim(predecessor.Registry, RegistryFixture.AnyPort);
        using ClaimedListener unused = RegistryFixture.Claim(predecessor.Registry, predecessor.UnixEndPoint);
        foreach ((ResourceKey key, SafeHandle descriptor, _) in predecessor.Registry.Resources.ToSuccessor.All((_, _) => false))
        {
            _fixture.Listeners.Resources.Unclaimed.Inherit(key, descriptor.Duplicate());
        }

        using ClaimedListener claim = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        _fixture.Listeners.Resources.EndSharing();
        _fixture.Hear(new LifecycleEvent.Serves(2, TookOver: true, TimeSpan.Zero));

        string removed = Assert.Single(_fixture.Said);
        Assert.StartsWith("FDSTOREREMOVE=1 FDNAME=baton-unix%3A/", removed, StringComparison.Ordinal);
    }

    [Fact]
    public void CompleteRestart_FreesTheAddressesAndStoresThemAgainIfItFails()
    {
        using ClaimedListener claim = RegistryFixture.Claim(_fixture.Listeners, RegistryFixture.AnyPort);
        _fixture.Serve();
        _fixture.Hear(new LifecycleEvent.Replacing());
        Assert.Equal($"FDSTOREREMOVE=1 {Name}", _fixture.Said[^1]);
        _fixture.Hear(ServiceFixture.Failed("no"));
        Assert.Equal(2, _fixture.Count($"FDSTORE=1 {Name} FDPOLL=0 +socket"));
    }

    // It has it already.
    [Fact]
    public void SocketOfSystemd_IsNotStored()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(RegistryFixture.AnyPort);
        socket.Listen();
        _fixture.Listeners.Resources.Unclaimed.TakeFromSystemd(ResourceKey.OfActivated(3, "web"), new Descriptor(Libc.fcntl((int)socket.Handle, Libc.F_DUPFD_CLOEXEC, 3)));
        _ = _fixture.Listeners.ListenActivated("web");
        _fixture.Serve();
        Assert.Equal(["READY=1 STATUS=Generation 1 serves"], _fixture.Said);
    }
}
