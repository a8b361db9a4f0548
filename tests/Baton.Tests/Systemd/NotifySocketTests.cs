using System.Net;
using System.Net.Sockets;
using Baton.Interop;
using Baton.Systemd;
using Baton.Tests.Support;

namespace Baton.Tests.Systemd;

/// <summary>Checklist E1: datagrams to the service manager, byte by byte.</summary>
public class NotifySocketTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TrySend_APathOrAnAbstractName_ArrivesAsItIs(bool isAbstract)
    {
        using var systemd = new FakeNotifySocket(isAbstract);
        NotifySocket socket = NotifySocket.Parse(systemd.Address, out string problem)!;
        Assert.Equal("", problem);

        Assert.Equal(0, socket.TrySend("MAINPID=1\nREADY=1\nSTATUS=grün", descriptor: null));

        (string text, IReadOnlyList<Descriptor> descriptors) = systemd.Receive()!.Value;
        Assert.Equal("MAINPID=1\nREADY=1\nSTATUS=grün", text);
        Assert.Empty(descriptors);
        Assert.Null(systemd.Receive());
    }

    // What a shell writes is a message in the shell's name.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void Connect_EachWrite_IsAMessage(bool isAbstract)
    {
        using var systemd = new FakeNotifySocket(isAbstract);
        using Descriptor connected = NotifySocket.Parse(systemd.Address, out _)!.Connect();
        fixed (byte* text = "MAINPID=4735"u8)
        {
            Assert.Equal(12, Libc.send(connected.Number, text, 12, 0));
        }

        Assert.Equal("MAINPID=4735", systemd.Receive()!.Value.Text);
        Assert.Null(systemd.Receive());
    }

    [Fact]
    public void TrySend_ADescriptor_ArrivesWithTheMessage()
    {
        using var systemd = new FakeNotifySocket();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Descriptor sent = new(Libc.fcntl((int)listener.Handle, Libc.F_DUPFD_CLOEXEC, 3));

        Assert.Equal(0, NotifySocket.Parse(systemd.Address, out _)!.TrySend("FDSTORE=1\nFDNAME=a", sent));

        (string text, IReadOnlyList<Descriptor> descriptors) = systemd.Receive()!.Value;
        using Descriptor received = Assert.Single(descriptors);
        Assert.Equal("FDSTORE=1\nFDNAME=a", text);
        Assert.Equal(OpenFiles.Target((int)listener.Handle), OpenFiles.Target(received.Number));
    }

    [Fact]
    public void TrySend_NobodyReads_NeverWaits()
    {
        using var systemd = new FakeNotifySocket();
        NotifySocket socket = NotifySocket.Parse(systemd.Address, out _)!;
        int sent = 0;
        int error;
        while ((error = socket.TrySend("WATCHDOG=1", descriptor: null)) == 0)
        {
            Assert.True(++sent < 100_000);
        }

        Assert.Equal(Libc.EAGAIN, error);
    }

    [Fact]
    public void TrySend_NobodyThere_SaysSo() =>
        Assert.Equal(Libc.ENOENT, NotifySocket.Parse("/run/no-such-directory/notify", out _)!.TrySend("READY=1", descriptor: null));

    [Theory]
    [InlineData("vsock:2:1234", "neither an absolute path nor an abstract name")]
    [InlineData("notify", "neither an absolute path nor an abstract name")]
    [InlineData("/", "neither an absolute path nor an abstract name")]
    [InlineData("@", "neither an absolute path nor an abstract name")]
    public void Parse_SomethingElse_IsNotBelieved(string value, string problem)
    {
        Assert.Null(NotifySocket.Parse(value, out string why));
        Assert.Contains(problem, why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(107, true)]
    [InlineData(108, false)]
    public void Parse_ALongPath_FitsIntoASocketAddressOrNot(int length, bool fits) =>
        Assert.Equal(fits, NotifySocket.Parse("/" + new string('a', length - 1), out _) is not null);
}
