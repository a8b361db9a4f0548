using System.Net;
using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Tests.Interop;

/// <summary>S1: which user has the other end of a connection.</summary>
public sealed class PeerUserTests : IDisposable
{
    private const uint Other = 61001;
    private readonly Socket _listener = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
    private readonly List<Socket> _sockets = [];

    public PeerUserTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        _listener.Listen();
    }

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _sockets.ForEach(s => s.Dispose());
        _listener.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")] // as .NET's own client connects
    public void Of_AConnection_IsItsUser(string address)
    {
        (Socket client, Socket accepted) = Connect(address);
        Assert.Equal(Libc.geteuid(), PeerUser.Of(accepted));
        Assert.Equal(Libc.geteuid(), FromProc(accepted, accepted));

        // A client that has sent all it has still waits for the answer.
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(Libc.geteuid(), PeerUser.Of(accepted));
        Assert.Equal(Libc.geteuid(), FromProc(accepted, accepted));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Of_AConnectionOfAnotherUser_IsThatUser(string address)
    {
        Assert.SkipUnless(Libc.geteuid() == 0, "Only root can be another user: that others are told apart is NOT tested.");
        (_, Socket accepted) = Connect(address, Other);
        Assert.Equal(Other, PeerUser.Of(accepted));
        Assert.Equal(Other, FromProc(accepted, accepted));
    }

    // The kernel gives such a socket to user 0.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_APeerThatHasGone_IsNobody(bool resets)
    {
        (Socket client, Socket accepted) = Connect("127.0.0.1");
        Leave(client, resets);
        Assert.Null(PeerUser.Of(accepted));
        Assert.Null(FromProc(accepted, accepted));
        accepted.Dispose();
        Assert.Null(PeerUser.Of(accepted));
    }

    // A request that waits in a connection which was reset is not that of the next one with the same port.
    [Fact]
    public void Of_AConnectionWhoseAddressesAreUsedAgain_IsNobody()
    {
        (Socket first, Socket accepted) = Connect("127.0.0.1");
        int port = ((IPEndPoint)first.LocalEndPoint!).Port;
        Leave(first, resets: true);
        (_, Socket again) = Connect("127.0.0.1", user: null, port);
        Assert.Equal(Libc.geteuid(), PeerUser.Of(again));
        Assert.Null(PeerUser.Of(accepted));
        Assert.Null(FromProc(accepted, accepted));
    }

    [Fact]
    public void Of_AUnixSocket_IsWhoConnected()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var name = new UnixDomainSocketEndPoint($"\0baton-test-{Guid.NewGuid()}");
        listener.Bind(name);
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(name);
        using Socket accepted = listener.Accept();
        Assert.Equal(Libc.geteuid(), PeerUser.Of(accepted));
    }

    [Fact]
    public void Find_WhereSomebodyOnlyListens_IsNobody()
    {
        var here = new IPEndPoint(IPAddress.Loopback, Port);
        Assert.Null(SockDiag.Find(here, new IPEndPoint(IPAddress.Loopback, 1), cookie: null));
        Assert.Null(ProcNetTcp.Find(here, new IPEndPoint(IPAddress.Loopback, 1)));
    }

    // As proc(5) shows them: of the three only one is of a process.
    [Theory]
    [InlineData("127.0.0.1", 33u, 24680ul, true)]
    [InlineData("127.0.0.2", 0u, 0ul, false)]
    [InlineData("::1", 1000u, 13579ul, true)]
    [InlineData("::2", 0u, 11111ul, false)]
    public void Find_InTheLinesOfProc_ReadsThem(string address, uint user, ulong inode, bool held)
    {
        string[] lines =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000    33        0 24680 1 0000000000000000 20 4 30 10 -1",
            "   1: 0200007F:D431 0200007F:1F90 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0000000000000000",
            "   2: 00000000000000000000000001000000:D431 00000000000000000000000001000000:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 13579 1 00",
            "   3: 00000000000000000000000002000000:D431 00000000000000000000000002000000:1F90 02 00000000:00000000 00:00000000 00000000     0        0 11111 1 00",
        ];
        IPAddress ip = IPAddress.Parse(address);
        TcpEnd? found = ProcNetTcp.Find(lines, new IPEndPoint(ip, 0xD431), new IPEndPoint(ip, 8080));
        Assert.Equal((user, inode, held), (found!.Value.User, found.Value.Inode, found.Value.IsHeld));
    }

    private static uint? FromProc(Socket accepted, Socket inodeOf)
    {
        string? link = new FileInfo($"/proc/self/fd/{inodeOf.SafeHandle.DangerousGetHandle()}").LinkTarget;
        return PeerUser.Of((IPEndPoint)accepted.LocalEndPoint!, (IPEndPoint)accepted.RemoteEndPoint!, ulong.Parse(link!.AsSpan("socket:[".Length).TrimEnd(']'), provider: null));
    }

    private (Socket Client, Socket Accepted) Connect(string address, uint? user = null, int port = 0)
    {
        IPAddress ip = IPAddress.Parse(address);
        Socket? client = null;
        var thread = new Thread(() =>
        {
            // setresuid(2) of this thread alone; the saved user is kept to come back.
            int setUser = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 147 : 117;
            _ = user is null ? 0 : Libc.syscall(setUser, -1, (nint)user, -1, 0, 0);
            client = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            if (ip.IsIPv4MappedToIPv6)
            {
                client.DualMode = true;
            }

            client.Bind(new IPEndPoint(ip.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, port));
            client.Connect(new IPEndPoint(ip, Port));
            _ = user is null ? 0 : Libc.syscall(setUser, -1, 0, -1, 0, 0);
        });
        thread.Start();
        thread.Join();
        Socket accepted = _listener.Accept();
        _sockets.AddRange([client!, accepted]);
        return (client!, accepted);
    }

    private static void Leave(Socket client, bool resets)
    {
        if (resets)
        {
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        client.Dispose();
    }
}
