using System.Runtime.InteropServices;
using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>Checklist E1: sockets that systemd made are found by number, name and address, and never lost.</summary>
public sealed class ActivatedTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();
    private readonly List<Socket> _systemd = [];

    private SocketRegistry Registry => _fixture.Registry;

    public void Dispose()
    {
        _systemd.ForEach(s => s.Dispose());
        _fixture.Dispose();
    }

    [Theory]
    [InlineData("handle:3")]
    [InlineData("name:web")]
    [InlineData("tcp:[::]:{0}")]
    [InlineData("tcp:0.0.0.0:{0}")]
    public void Claim_ByEachOfItsNames_IsTheSocketOfSystemd(string request)
    {
        int port = ((IPEndPoint)Pass(3, "web", new IPEndPoint(IPAddress.IPv6Any, 0))).Port;
        using ClaimedListener claim = Registry.Claim(ResourceKey.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, request, port)), Fail);
        Assert.Equal(KernelSocket(0), RegistryFixture.KernelSocket(claim.Socket));
        Assert.Equal(["systemd:3:web"], Registry.Resources.Held.Select(l => l.Key.ToString()));
    }

    [Theory]
    [InlineData("tcp:127.0.0.1:{0}")]
    [InlineData("tcp:[::1]:{0}")]
    [InlineData("tcp:[::]:0")]
    [InlineData("name:we")]
    [InlineData("handle:4")]
    public void Claim_SomethingElse_IsNot(string request)
    {
        int port = ((IPEndPoint)Pass(3, "web", new IPEndPoint(IPAddress.IPv6Any, 0))).Port;
        bool bound = false;
        Assert.Throws<InvalidOperationException>(() => Registry.Claim(ResourceKey.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, request, port)), () =>
        {
            bound = true;
            return Fail();
        }));
        Assert.True(bound);
    }

    // ListenStream=0.0.0.0:80 and http://*:80, for which Kestrel asks for [::].
    [Fact]
    public void Claim_AnyAddress_TakesTheFamilyThatTheAdministratorChose()
    {
        int port = ((IPEndPoint)Pass(3, "web", new IPEndPoint(IPAddress.Any, 0))).Port;
        using ClaimedListener claim = Registry.Claim(ResourceKey.Parse($"tcp:[::]:{port}"), Fail);
        Assert.Equal(KernelSocket(0), RegistryFixture.KernelSocket(claim.Socket));
    }

    [Fact]
    public void Claim_UnixPath_IsNeverRemoved()
    {
        Pass(3, "web", _fixture.UnixEndPoint);
        ClaimedListener claim = Registry.Claim(ResourceKey.Parse($"unix:{_fixture.SocketPath}"), Fail);
        Registry.Resources.SetPassedOn(false);
        claim.Dispose();
        Registry.Resources.Release([]);
        Assert.True(File.Exists(_fixture.SocketPath));
        Assert.True(RegistryFixture.Connects(_fixture.UnixEndPoint));
    }

    [Fact]
    public void ListenActivated_SeveralOfOneName_GivesOneAfterTheOther()
    {
        EndPoint first = Pass(3, "web", RegistryFixture.AnyPort);
        EndPoint second = Pass(4, "web", RegistryFixture.AnyPort);
        Assert.Equal(["web", "web"], Registry.ActivatedNames);
        Assert.Equal(2, Registry.CountActivated("web"));
        Assert.Equal([first, second], [Registry.ListenActivated("web").LocalEndPoint!, Registry.ListenActivated("web").LocalEndPoint!]);
        Assert.Empty(Registry.ActivatedNames);
    }

    // Kestrel takes as many as can be listened on, whatever the order of the socket unit.
    [Fact]
    public void ListenActivated_ADatagramSocketOfTheSameNameBefore_ComesLastAndIsNotCounted()
    {
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Registry.Resources.Unclaimed.TakeFromSystemd(ResourceKey.OfActivated(3, "web"), new Descriptor(Libc.fcntl((int)datagrams.Handle, Libc.F_DUPFD_CLOEXEC, 3)));
        Pass(4, "web", RegistryFixture.AnyPort);

        Assert.Equal(1, Registry.CountActivated("web"));
        Assert.Equal(KernelSocket(0), RegistryFixture.KernelSocket(Registry.ListenActivated("web")));
        Assert.Equal(RegistryFixture.KernelSocket(datagrams), RegistryFixture.KernelSocket(Registry.ListenActivated("web")));
    }

    [Fact]
    public void ListenActivated_NoSuchName_SaysWhichThereAre()
    {
        EndPoint address = Pass(3, "web", RegistryFixture.AnyPort);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => Registry.ListenActivated("admin"));
        Assert.Contains("no socket named 'admin'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"Unused are: 'web' (tcp:{address}).", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ListenActivated_OutsideOfSystemd_SaysSo() =>
        Assert.Contains("must be started by systemd", Assert.Throws<InvalidOperationException>(() => Registry.ListenActivated("web")).Message, StringComparison.Ordinal);

    [Fact]
    public void ToPassOn_UsedAndUnused_AreAllThere()
    {
        Pass(3, "web", RegistryFixture.AnyPort);
        Pass(4, "admin", RegistryFixture.AnyPort);
        _ = Registry.ListenActivated("web");
        Registry.Resources.CloseUnclaimed();
        Assert.Equal(["systemd:3:web", "systemd:4:admin"], Registry.Resources.ToSuccessor.All((_, _) => false).Select(l => l.Key.ToString()));
        Assert.Equal(["systemd:3:web"], Registry.Resources.Held.Select(l => l.Key.ToString()));
    }

    [Fact]
    public void Inherit_FromAPredecessor_IsFoundByNameAgain()
    {
        Pass(3, "web", RegistryFixture.AnyPort);
        SocketRegistry successor = _fixture.NewRegistry();
        foreach ((ResourceKey key, SafeHandle descriptor, _) in Registry.Resources.ToSuccessor.All((_, _) => false))
        {
            successor.Resources.Unclaimed.Inherit(ResourceKey.Parse(key.ToString()), descriptor.Duplicate());
        }

        Assert.Equal(1, successor.Resources.Unclaimed.Count);
        Assert.Equal(KernelSocket(0), RegistryFixture.KernelSocket(successor.ListenActivated("web")));
    }

    // Kestrel binds an endpoint anew when its configuration was read again.
    [Fact]
    public void Claim_AfterItWasDropped_IsTheSameAgain()
    {
        Pass(3, "web", RegistryFixture.AnyPort);
        Registry.Claim(ResourceKey.Parse("name:web"), Fail).Dispose();
        using ClaimedListener again = Registry.Claim(ResourceKey.Parse("handle:3"), Fail);
        Assert.Equal(KernelSocket(0), RegistryFixture.KernelSocket(again.Socket));
    }

    private static Socket Fail() => throw new InvalidOperationException("It was to be bound.");

    private string KernelSocket(int index) => RegistryFixture.KernelSocket(_systemd[index]);

    private EndPoint Pass(int number, string name, EndPoint endPoint)
    {
        Socket socket = ListenerBinding.Bind(endPoint);
        socket.Listen();
        _systemd.Add(socket);
        Registry.Resources.Unclaimed.TakeFromSystemd(ResourceKey.OfActivated(number, name), new Descriptor(Libc.fcntl((int)socket.Handle, Libc.F_DUPFD_CLOEXEC, 3)));
        return socket.LocalEndPoint!;
    }
}
