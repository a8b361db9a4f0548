using System.Globalization;
using System.Text;
using Baton.Interop;

namespace Baton.Tests.Support;

/// <summary>systemd's end of <c>NOTIFY_SOCKET</c>, with everything that comes there.</summary>
internal sealed unsafe class FakeNotifySocket : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly System.Net.Sockets.Socket _socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Unspecified);

    internal FakeNotifySocket(bool isAbstract = false)
    {
        Address = isAbstract ? string.Create(CultureInfo.InvariantCulture, $"@baton-test-{Guid.NewGuid()}") : _directory.File("notify");
        _socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(isAbstract ? $"\0{Address[1..]}" : Address));
    }

    /// <summary>What NOTIFY_SOCKET says.</summary>
    internal string Address { get; }

    /// <summary>The next datagram that is there, and the descriptors that came with it.</summary>
    internal (string Text, IReadOnlyList<Descriptor> Descriptors)? Receive()
    {
        byte* text = stackalloc byte[4096];
        byte* control = stackalloc byte[256];
        var vector = new Libc.Iovec { iov_base = text, iov_len = 4096 };
        var message = new Libc.Msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = 256 };
        nint length = Libc.recvmsg((int)_socket.Handle, &message, Libc.MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT);
        if (length < 0)
        {
            return null;
        }

        var descriptors = new List<Descriptor>();
        if (message.msg_controllen > 0)
        {
            var header = (Libc.Cmsghdr*)control;
            Assert.Equal((Libc.SOL_SOCKET, Libc.SCM_RIGHTS), (header->cmsg_level, header->cmsg_type));
            foreach (int fd in new ReadOnlySpan<int>(control + sizeof(Libc.Cmsghdr), (int)(header->cmsg_len - (nuint)sizeof(Libc.Cmsghdr)) / sizeof(int)))
            {
                descriptors.Add(new Descriptor(fd));
            }
        }

        return (Encoding.UTF8.GetString(text, (int)length), descriptors);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _directory.Dispose();
    }
}
