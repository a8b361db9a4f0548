using System.Net;
using System.Net.Sockets;
using Baton.Resources;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>C4: sockets that the application names, and groups of sockets on one address.</summary>
public sealed class NamedSocketTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Listen_NamesOnPort0_KeepTheirPortsInAnyOrder()
    {
        EndPoint web = Listen(_fixture.Registry, "web"), admin = Listen(_fixture.Registry, "admin");
        SocketRegistry successor = _fixture.Successor();
        Assert.Equal(admin, Listen(successor, "admin"));
        Assert.Equal(web, Listen(successor, "web"));
        Assert.Equal(["tcp:admin=127.0.0.1:0", "tcp:web=127.0.0.1:0"], successor.Resources.Held.Select(l => l.Key.ToString()).Order());
    }

    // From one release to the next names come, change and go.
    [Theory]
    [InlineData(null, "web")]
    [InlineData("web", "shop")]
    [InlineData("web", null)]
    public void Listen_TheSameAddressUnderAnotherName_IsInherited(string? before, string? after)
    {
        var address = (IPEndPoint)Listen(_fixture.Registry, before, FreePort());
        Socket second = _fixture.Successor().Listen(address, new SocketSetup { Name = after });
        Assert.Equal(address, second.LocalEndPoint);
        Assert.Equal(1, _fixture.Logger.EventNames.Count(n => n == "ListenerInherited"));
    }

    [Fact]
    public void Listen_AnotherNameOnPort0_DoesNotTakeThePortOfAName()
    {
        EndPoint web = Listen(_fixture.Registry, "web");
        SocketRegistry successor = _fixture.Successor();
        Assert.NotEqual(web, Listen(successor, "admin"));
        Assert.NotEqual(web, Listen(successor, null));
        Assert.Equal(web, Listen(successor, "web"));
    }

    [Fact]
    public void Listen_ANameWhoseAddressHasChanged_IsBoundAnewAndBothAreNamed()
    {
        EndPoint old = Listen(_fixture.Registry, "web", FreePort()), moved = FreePort();
        SocketRegistry successor = _fixture.Successor();
        Assert.Equal(moved, Listen(successor, "web", (IPEndPoint)moved));
        Assert.Equal(
            $"Listening on tcp:web={moved} in place of tcp:web={old}, which the predecessor has under the same name: that one is closed when the predecessor has gone",
            _fixture.Logger.Lines[^1].Text);
        Assert.True(RegistryFixture.Connects(old), "the predecessor may serve on");

        _fixture.Registry.Resources.Release([.. successor.Resources.AnsweredFor]);
        successor.Resources.EndSharing();
        Assert.Equal(0, successor.Resources.Unclaimed.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("a=b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public void Listen_ANameThatIsNone_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => _fixture.Registry.Listen(RegistryFixture.AnyPort, new SocketSetup { Name = name }));

    [Theory]
    [InlineData("unix:app=/run/x=y.sock", "app", "/run/x=y.sock")]
    [InlineData("unix:/run/x=y.sock", null, "/run/x=y.sock")]
    [InlineData("udp:dns=[::]:53#2", "dns", null)]
    [InlineData("systemd:3:a=b", null, null)]
    public void Key_WithALabel_TellsItFromTheAddress(string text, string? label, string? path)
    {
        var key = ResourceKey.Parse(text);
        Assert.Equal((label, path, text), (key.Label, key.Path, key.ToString()));
    }

    [Theory]
    [InlineData(SocketType.Stream)]
    [InlineData(SocketType.Dgram)]
    public void Group_OnOneAddress_EachIndexFindsItsSocketAgain(SocketType type)
    {
        IPEndPoint address = FreePort();
        string[] first = [.. Enumerable.Range(0, 4).Select(i => Member(_fixture.Registry, i))];
        Assert.Equal(4, first.Distinct().Count());

        // In another order, and one more.
        SocketRegistry successor = _fixture.Successor();
        Assert.Equal(first[3], Member(successor, 3));
        Assert.Equal(first[0], Member(successor, 0));
        Assert.DoesNotContain(Member(successor, 4), first);
        Assert.Equal(first[1], Member(successor, 1));
        Assert.Throws<InvalidOperationException>(() => Member(successor, 1));

        string Member(SocketRegistry registry, int index)
        {
            var setup = new SocketSetup { GroupIndex = index };
            return RegistryFixture.KernelSocket(type == SocketType.Dgram ? registry.Bind(address, setup) : registry.Listen(address, setup));
        }
    }

    private static EndPoint Listen(SocketRegistry registry, string? name, IPEndPoint? address = null) =>
        registry.Listen(address ?? RegistryFixture.AnyPort, new SocketSetup { Name = name }).LocalEndPoint!;

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(RegistryFixture.AnyPort);
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
