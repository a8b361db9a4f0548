using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Resources;

/// <summary>C3: datagram sockets and seqpacket listeners go over as stream listeners do.</summary>
public sealed class DatagramTests : IDisposable
{
    private readonly RegistryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    // None is lost: what the predecessor has not read waits in the socket.
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "127.0.0.1")]
    public void Bind_Inherited_ReadsWhatThePredecessorHasNotRead(string address, string reachedAt)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), 0);
        Socket first = _fixture.Registry.Bind(endPoint);
        var to = new IPEndPoint(IPAddress.Parse(reachedAt), ((IPEndPoint)first.LocalEndPoint!).Port);
        Send(to, 1, 2, 3);
        Assert.Equal(1, Receive(first));

        Socket second = _fixture.Successor().Bind(endPoint);
        Assert.Equal(RegistryFixture.KernelSocket(first), RegistryFixture.KernelSocket(second));
        Assert.Equal(2, Receive(second));
        Assert.Equal(3, Receive(first));
        Assert.Equal(0, first.Available);
    }

    // The read follows the term: one that is cancelled takes no datagram along.
    [Fact]
    public async Task Bind_ReadIsCancelledAsDatagramsArrive_EachIsReadOnce()
    {
        Socket first = _fixture.Registry.Bind(RegistryFixture.AnyPort);
        Socket second = _fixture.Successor().Bind(RegistryFixture.AnyPort);
        var read = new List<byte>();
        for (byte i = 0; i < 200; i++)
        {
            (Socket before, Socket after) = i % 2 == 0 ? (first, second) : (second, first);
            using var term = new CancellationTokenSource();
            byte[] buffer = new byte[1];
            ValueTask<int> reading = before.ReceiveAsync(buffer, SocketFlags.None, term.Token);
            var sending = Task.Run(() => Send((IPEndPoint)first.LocalEndPoint!, i), TestContext.Current.CancellationToken);
            await term.CancelAsync();
            try
            {
                read.AddRange(buffer.AsSpan(0, await reading));
            }
            catch (OperationCanceledException)
            {
                await after.ReceiveAsync(buffer, SocketFlags.None).Soon();
                read.Add(buffer[0]);
            }

            await sending;
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), read);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bind_UnixDatagramSocket_IsInherited(bool isAbstract)
    {
        var endPoint = new UnixDomainSocketEndPoint(isAbstract ? "\0baton-tests-" + Guid.NewGuid() : _fixture.SocketPath);
        Socket first = _fixture.Registry.Bind(endPoint);
        Send(endPoint, 1);
        Socket second = _fixture.Successor().Bind(endPoint);
        Assert.Equal(RegistryFixture.KernelSocket(first), RegistryFixture.KernelSocket(second));
        Assert.Equal(1, Receive(second));
    }

    [Fact]
    public void Release_UnixDatagramSocket_ThePathGoesUnlessTheSuccessorHasIt()
    {
        _fixture.Registry.Bind(_fixture.UnixEndPoint);
        SocketRegistry successor = _fixture.Successor();
        successor.Bind(_fixture.UnixEndPoint);
        successor.Resources.SetPassedOn(false);
        _fixture.Registry.Resources.Release([.. successor.Resources.Held.Select(l => l.Key)]);
        Send(_fixture.UnixEndPoint, 1);

        successor.Resources.Release([]);
        Assert.False(Path.Exists(_fixture.SocketPath));
    }

    [Fact]
    public void Bind_PathThatACrashedProcessLeft_IsTakenOverButNotALivingOne()
    {
        // Not disposed: its path is to stay, and a socket without its handle would wait for ever.
        var crashed = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        crashed.Bind(_fixture.UnixEndPoint);
        Assert.ThrowsAny<SocketException>(() => _fixture.Registry.Bind(_fixture.UnixEndPoint));
        Descriptor.TakeFrom(crashed).Dispose();

        _fixture.Registry.Bind(_fixture.UnixEndPoint);
        Send(_fixture.UnixEndPoint, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Listen_Seqpacket_IsInheritedAndKeepsTheBordersOfMessages(bool isAbstract)
    {
        var endPoint = new UnixDomainSocketEndPoint(isAbstract ? "\0baton-tests-" + Guid.NewGuid() : _fixture.SocketPath);
        var setup = new SocketSetup { Type = SocketType.Seqpacket };
        Socket first = _fixture.Registry.Listen(endPoint, setup);
        Socket second = _fixture.Successor().Listen(endPoint, setup);
        Assert.Equal(RegistryFixture.KernelSocket(first), RegistryFixture.KernelSocket(second));

        using var client = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        client.Connect(endPoint);
        using Socket accepted = second.Accept();
        client.Send([1, 2]);
        client.Send([3]);
        byte[] buffer = new byte[9];
        Assert.Equal((2, 1), (accepted.Receive(buffer), accepted.Receive(buffer)));
    }

    [Fact]
    public void Bind_MemberOfAMulticastGroup_StaysOneInTheSuccessor()
    {
        var group = IPAddress.Parse("239.255.77.88");
        int prepared = 0;
        var setup = new SocketSetup
        {
            BeforeBind = s =>
            {
                prepared++;
                s.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, IPAddress.Loopback));
            },
        };
        var endPoint = new IPEndPoint(IPAddress.Any, 0);
        Socket first = _fixture.Registry.Bind(endPoint, setup);
        SocketRegistry successor = _fixture.Successor();
        Socket second = successor.Bind(endPoint, setup);
        _fixture.Registry.Resources.Release([.. successor.Resources.Held.Select(l => l.Key)]);
        Assert.Equal(1, prepared);

        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Loopback.GetAddressBytes());
        sender.SendTo([7], new IPEndPoint(group, ((IPEndPoint)first.LocalEndPoint!).Port));
        Assert.Equal(7, Receive(second));
    }

    [Fact]
    public void Bind_AnotherProgramHasThePort_SaysWhichAndWho()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(RegistryFixture.AnyPort);
        var failure = Assert.ThrowsAny<SocketException>(() => _fixture.Registry.Bind(other.LocalEndPoint!));
        Assert.Equal(SocketError.AddressAlreadyInUse, failure.SocketErrorCode);
        Assert.StartsWith($"udp:{other.LocalEndPoint}: Address already in use (errno 98): it is held by process {Environment.ProcessId} (", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_fixture.Registry.Resources.Held);
    }

    [Fact]
    public void Bind_AnAddressThatIsNotOurs_SaysWhichAndWhy() => Assert.StartsWith(
        "udp:192.0.2.1:5353: Cannot assign requested address (errno 99)",
        Assert.ThrowsAny<SocketException>(() => _fixture.Registry.Bind(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5353))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Bind_WhereTheSameNumberListensForTcp_AreTwoSockets()
    {
        var tcp = (IPEndPoint)_fixture.Registry.Listen(RegistryFixture.AnyPort).LocalEndPoint!;
        var udp = (IPEndPoint)_fixture.Registry.Bind(tcp).LocalEndPoint!;
        Assert.Equal(tcp, udp);
        Assert.Equal(["tcp:127.0.0.1:0", $"udp:{udp}"], _fixture.Registry.Resources.Held.Select(l => l.Key.ToString()).Order());
    }

    private static void Send(EndPoint to, params byte[] datagrams)
    {
        ProtocolType protocol = to is IPEndPoint ? ProtocolType.Udp : ProtocolType.Unspecified;
        using var client = new Socket(to.AddressFamily, SocketType.Dgram, protocol);
        Array.ForEach(datagrams, d => client.SendTo([d], to));
    }

    private static byte Receive(Socket socket)
    {
        byte[] buffer = new byte[1];
        socket.ReceiveTimeout = (int)Deadline.Limit.TotalMilliseconds;
        Assert.Equal(1, socket.Receive(buffer));
        return buffer[0];
    }
}
