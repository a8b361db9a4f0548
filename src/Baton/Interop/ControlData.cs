namespace Baton.Interop;

/// <summary>What came with some bytes of a unix socket (SCM_RIGHTS and SCM_CREDENTIALS of unix(7)).</summary>
/// <param name="Sender">The process that sent them; null if the kernel does not tell, 0 for another pid namespace.</param>
/// <param name="Descriptors">Owned by the receiver, close-on-exec from the start; null for none.</param>
/// <param name="Truncated">Whether some were lost.</param>
internal readonly unsafe record struct ControlData(int? Sender, List<Descriptor>? Descriptors, bool Truncated)
{
    /// <summary>The kernel's limit for one message (SCM_MAX_FD).</summary>
    internal const int MaxDescriptors = 253;

    /// <summary>Room for all that one message may have.</summary>
    internal static int Bytes =>
        Align(Header + (MaxDescriptors * sizeof(int))) + Align(Header + sizeof(Libc.Ucred));

    private static int Header => sizeof(Libc.Cmsghdr);

    internal static int Align(int length) => (length + sizeof(nint) - 1) & ~(sizeof(nint) - 1);

    /// <summary>Makes the kernel report which process sends the bytes from now on, where it can.</summary>
    internal static void NameSenders(Descriptor socket)
    {
        int on = 1;
        _ = Libc.setsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_PASSCRED, &on, sizeof(int));
    }

    /// <summary>recvmsg(2), without waiting.</summary>
    internal static nint Receive(Descriptor socket, byte* bytes, int count, int flags, out ControlData attached)
    {
        var vector = new Libc.Iovec { iov_base = bytes, iov_len = (nuint)count };
        var message = new Libc.Msghdr { msg_iov = &vector, msg_iovlen = 1 };
        byte* control = stackalloc byte[Bytes];
        message.msg_control = control;
        message.msg_controllen = (nuint)Bytes;
        nint n = Libc.recvmsg(socket.Number, &message, Libc.MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT | flags);
        attached = n > 0 ? Read(control, message.msg_controllen, (message.msg_flags & Libc.MSG_CTRUNC) != 0) : default;
        return n;
    }

    /// <summary>The same into managed memory.</summary>
    /// <returns>The number of bytes, <see cref="LocalSocket.WouldBlock"/> or <see cref="LocalSocket.Gone"/>.</returns>
    internal static int Receive(Descriptor socket, Span<byte> buffer, out ControlData attached)
    {
        fixed (byte* start = buffer)
        {
            nint n = Receive(socket, start, buffer.Length, flags: 0, out attached);
            return n > 0 ? (int)n : n < 0 && Libc.Errno is Libc.EAGAIN or Libc.EINTR ? LocalSocket.WouldBlock : LocalSocket.Gone;
        }
    }

    /// <summary>Closes the descriptors.</summary>
    /// <returns>The sender.</returns>
    internal int? Forget()
    {
        Descriptors?.ForEach(d => d.Dispose());
        return Sender;
    }

    private static ControlData Read(byte* control, nuint length, bool truncated)
    {
        List<Descriptor>? descriptors = null;
        int? sender = null;
        for (nuint at = 0; at + (nuint)Header <= length;)
        {
            var header = (Libc.Cmsghdr*)(control + at);
            if (header->cmsg_len < (nuint)Header || header->cmsg_len > length - at)
            {
                break;
            }

            byte* data = control + at + Header;
            int bytes = (int)header->cmsg_len - Header;
            if (header->cmsg_level == Libc.SOL_SOCKET
                && header->cmsg_type == Libc.SCM_CREDENTIALS
                && bytes >= sizeof(Libc.Ucred))
            {
                sender = ((Libc.Ucred*)data)->pid;
            }
            else if (header->cmsg_level == Libc.SOL_SOCKET && header->cmsg_type == Libc.SCM_RIGHTS)
            {
                descriptors ??= [];
                foreach (int fd in new ReadOnlySpan<int>(data, bytes / sizeof(int)))
                {
                    descriptors.Add(new Descriptor(fd));
                }
            }

            at += (nuint)Align((int)header->cmsg_len);
        }

        return new ControlData(sender, descriptors, truncated);
    }
}
