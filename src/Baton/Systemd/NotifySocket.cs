using System.ComponentModel;
using System.Text;
using Baton.Interop;

namespace Baton.Systemd;

/// <summary>
/// The address of the service manager (sd_notify(3)): a datagram socket at a path, or with an abstract name. Each message uses a
/// new socket, so that nothing must be owned, and a manager that was restarted is found.
/// </summary>
internal sealed unsafe class NotifySocket
{
    private const int PathOffset = 2;

    private readonly byte[] _address;

    private NotifySocket(byte[] address) => _address = address;

    /// <summary>
    /// Reads <c>NOTIFY_SOCKET</c>. Null, with the reason, for anything but a path or an abstract name, such as <c>vsock:</c>.
    /// </summary>
    internal static NotifySocket? Parse(string value, out string problem)
    {
        problem = "";
        byte[] path = Encoding.UTF8.GetBytes(value);
        if (value is not (['/', _, ..] or ['@', _, ..]))
        {
            problem = "it is neither an absolute path nor an abstract name";
        }
        else if (path.Length >= sizeof(Libc.Sockaddr_un) - PathOffset)
        {
            problem = $"it has {path.Length} bytes, more than a socket address holds";
        }

        if (problem.Length > 0)
        {
            return null;
        }

        // unix(7): a path ends with a zero byte, an abstract name begins with one.
        bool isAbstract = path[0] == '@';
        byte[] address = new byte[PathOffset + path.Length + (isAbstract ? 0 : 1)];
        address[0] = Libc.AF_UNIX;
        path.CopyTo(address, PathOffset);
        if (isAbstract)
        {
            address[PathOffset] = 0;
        }

        return new NotifySocket(address);
    }

    /// <summary>A socket where each write is a datagram to the manager, from the process that writes.</summary>
    /// <exception cref="Win32Exception">No descriptor is free, or nobody listens.</exception>
    internal Descriptor Connect()
    {
        int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        var socket = new Descriptor(fd);
        fixed (byte* name = _address)
        {
            if (fd >= 0 && Libc.connect(fd, name, (uint)_address.Length) == 0)
            {
                return socket;
            }
        }

        int errno = Libc.Errno;
        socket.Dispose();
        throw new Win32Exception(errno, $"Could not connect to systemd: {Libc.Describe(errno)}.");
    }

    /// <summary>Sends one datagram and, with it, at most one descriptor. Never waits.</summary>
    /// <returns>0, or the error: EAGAIN and ENOBUFS if there is no room now.</returns>
    internal int TrySend(string message, Descriptor? descriptor)
    {
        int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (fd < 0)
        {
            return Libc.Errno;
        }

        using var socket = new Descriptor(fd);
        byte[] bytes = Encoding.UTF8.GetBytes(message);
        fixed (byte* text = bytes, name = _address)
        {
            var vector = new Libc.Iovec { iov_base = text, iov_len = (nuint)bytes.Length };
            var header = new Libc.Msghdr
            {
                msg_name = name,
                msg_namelen = (uint)_address.Length,
                msg_iov = &vector,
                msg_iovlen = 1,
            };
            byte* control = stackalloc byte[ControlBytes];
            if (descriptor is not null)
            {
                *(Libc.Cmsghdr*)control = new Libc.Cmsghdr
                {
                    cmsg_len = (nuint)(sizeof(Libc.Cmsghdr) + sizeof(int)),
                    cmsg_level = Libc.SOL_SOCKET,
                    cmsg_type = Libc.SCM_RIGHTS,
                };
                *(int*)(control + sizeof(Libc.Cmsghdr)) = descriptor.Number;
                header.msg_control = control;
                header.msg_controllen = (nuint)ControlBytes;
            }

            return Send(fd, &header);
        }
    }

    // CMSG_SPACE of one descriptor.
    private static int ControlBytes => sizeof(Libc.Cmsghdr) + sizeof(long);

    private static int Send(int fd, Libc.Msghdr* header)
    {
        while (true)
        {
            nint sent = Libc.sendmsg(fd, header, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
            int errno = Libc.Errno;
            if (sent >= 0)
            {
                return 0;
            }

            if (errno != Libc.EINTR)
            {
                return errno;
            }
        }
    }
}
