using System.Net;
using System.Net.Sockets;
using Baton.Handover;
using Baton.Interop;
using Baton.Tests.Support;

namespace Baton.Tests.Handover;

/// <summary>S4: the variable set by hand, or left over from something else.</summary>
public class HandoverAddressTests
{
    // S4
    [Theory]
    [InlineData("")]
    [InlineData("yes")]
    [InlineData("3")]
    [InlineData(":")]
    [InlineData("3:")]
    [InlineData(":3")]
    [InlineData("3:4:5")]
    [InlineData("-3:4")]
    [InlineData("+3:4")]
    [InlineData(" 3:4")]
    [InlineData("3:4\n")]
    [InlineData("0x3:4")]
    [InlineData("3:99999999999")]
    [InlineData("0:1")]
    [InlineData("2:1")]
    public void Open_NotAnAddress_SaysSo(string value)
    {
        Assert.Null(HandoverAddress.Open(value, out _, out string problem));
        Assert.Equal("it does not have the form descriptor:pid", problem);
    }

    // S4
    [Fact]
    public void Open_ClosedDescriptor_SaysSo()
    {
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        string address = Address(first.Number);
        first.Dispose();
        second.Dispose();
        Assert.Null(HandoverAddress.Open(address, out _, out string problem));
        Assert.EndsWith("is not open", problem, StringComparison.Ordinal);
    }

    // S4
    [Fact]
    public void Open_AFile_IsLeftAlone()
    {
        using FileStream file = File.OpenRead("/proc/self/status");
        AssertIsNoUnixStream((int)file.SafeFileHandle.DangerousGetHandle());
    }

    // S4
    [Fact]
    public void Open_ATcpSocket_IsLeftAlone()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        AssertIsNoUnixStream((int)socket.Handle);
    }

    // S4
    [Fact]
    public void Open_AUnixDatagramSocket_IsLeftAlone()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        AssertIsNoUnixStream((int)socket.Handle);
    }

    // S4: a socket of systemd's socket activation is one.
    [Fact]
    public void Open_AListeningUnixSocket_IsLeftAloneUnlessItsMakerIsThePredecessor()
    {
        using var directory = new TemporaryDirectory();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(directory.File("listener.sock")));
        socket.Listen();
        AssertIsLeftAlone((int)socket.Handle, Environment.ProcessId + 1);
    }

    // S4
    [Fact]
    public void Open_APairOfAnotherProcess_IsLeftAlone()
    {
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        using (first)
        using (second)
        {
            Assert.Contains($"was made by process {Environment.ProcessId}", AssertIsLeftAlone(first.Number, Environment.ProcessId + 1), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_APairOfThePredecessor_IsTakenOverUnderAnotherNumber()
    {
        (Descriptor first, Descriptor second) = UnixStream.CreatePair();
        using (second)
        {
            int number = first.Number;
            string target = OpenFiles.Target(number);

            using Descriptor? taken = HandoverAddress.Open(Address(number), out _, out string problem);

            Assert.Empty(problem);
            Assert.Equal(target, OpenFiles.Target(taken!.Number));
            Assert.True(OpenFiles.IsCloseOnExec(taken.Number));
            Assert.False(OpenFiles.IsOpen(number));
            first.SetHandleAsInvalid();
        }
    }

    private static string Address(int descriptor) => HandoverAddress.Format(descriptor, Environment.ProcessId);

    private static void AssertIsNoUnixStream(int descriptor) =>
        Assert.EndsWith("is not a unix stream socket", AssertIsLeftAlone(descriptor, Environment.ProcessId), StringComparison.Ordinal);

    private static string AssertIsLeftAlone(int descriptor, int predecessor)
    {
        Assert.Null(HandoverAddress.Open(HandoverAddress.Format(descriptor, predecessor), out _, out string problem));
        Assert.True(OpenFiles.IsOpen(descriptor));
        return problem;
    }
}
