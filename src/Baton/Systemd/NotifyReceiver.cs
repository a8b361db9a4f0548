using System.ComponentModel;
using System.Globalization;
using System.Text;
using Baton.Interop;

namespace Baton.Systemd;

/// <summary>
/// The service manager's end of sd_notify(3), for <c>baton run</c>: a datagram socket with an abstract name, which needs no
/// directory. Anybody in the network namespace can send to it, so the kernel names the sender of each message. Owns the socket.
/// </summary>
internal sealed unsafe class NotifyReceiver : IDisposable
{
    // As systemd: longer messages are cut.
    private const int LongestMessage = 4096;

    private readonly Descriptor _socket;

    /// <exception cref="Win32Exception">No descriptor is free.</exception>
    internal NotifyReceiver()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"@baton-run-{Environment.ProcessId}-{Guid.NewGuid():N}");
        byte[] address = [Libc.AF_UNIX, 0, 0, .. Encoding.ASCII.GetBytes(Address[1..])];
        int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        _socket = new Descriptor(fd);
        ControlData.NameSenders(_socket);
        fixed (byte* name = address)
        {
            if (fd < 0 || Libc.bind(fd, name, (uint)address.Length) < 0)
            {
                int errno = Libc.Errno;
                _socket.Dispose();
                throw new Win32Exception(errno, $"Could not make the socket for the service's messages: {Libc.Describe(errno)}.");
            }
        }
    }

    /// <summary>The value of <c>NOTIFY_SOCKET</c>.</summary>
    internal string Address { get; }

    /// <summary>For poll.</summary>
    internal int Number => _socket.Number;

    /// <summary>The next message. The caller owns its descriptors.</summary>
    /// <returns>Null if none is there.</returns>
    internal Message? Receive()
    {
        byte* bytes = stackalloc byte[LongestMessage];
        while (true)
        {
            nint n = ControlData.Receive(_socket, bytes, LongestMessage, flags: 0, out ControlData attached);
            if (n > 0)
            {
                return new Message(attached.Sender ?? 0, Encoding.UTF8.GetString(bytes, (int)n), attached.Descriptors ?? []);
            }

            // An empty one says nothing.
            if (n < 0 && Libc.Errno != Libc.EINTR)
            {
                return null;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <param name="Sender">The process that sent it; 0 for one of another pid namespace.</param>
    /// <param name="Text">Its lines.</param>
    /// <param name="Descriptors">Those that came with it.</param>
    internal sealed record Message(int Sender, string Text, IReadOnlyList<Descriptor> Descriptors);
}
