using System.ComponentModel;
using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// Bytes and descriptors over a connected unix stream socket: sendmsg(2), recvmsg(2), SCM_RIGHTS and SCM_CREDENTIALS of unix(7).
/// </summary>
internal static unsafe class UnixStream
{
    // The kernel's limit for one message (SCM_MAX_FD).
    private const int MaxDescriptors = 253;
    private const int MostSkipped = 4096;

    private static readonly int CmsgHeader = sizeof(Libc.Cmsghdr);

    internal static (Descriptor First, Descriptor Second) CreatePair() => LocalSocket.Pair(Libc.SOCK_NONBLOCK);

    /// <summary>Makes the kernel report which process sends the bytes from now on, where it can.</summary>
    internal static void NameSenders(Descriptor socket)
    {
        int on = 1;
        _ = Libc.setsockopt(socket.Number, Libc.SOL_SOCKET, Libc.SO_PASSCRED, &on, sizeof(int));
    }

    /// <summary>The process that sent the next bytes; null if there are none, or the kernel does not tell.</summary>
    internal static int? NextSender(Descriptor socket)
    {
        byte next;
        return Receive(socket, &next, 1, Libc.MSG_PEEK, out Attached attached) > 0 ? attached.Forget() : null;
    }

    /// <summary>Reads and drops waiting bytes of one process, up to a limit.</summary>
    /// <returns>The number of bytes.</returns>
    internal static int Skip(Descriptor socket)
    {
        byte* bytes = stackalloc byte[MostSkipped];
        nint n = Receive(socket, bytes, MostSkipped, flags: 0, out Attached attached);
        attached.Forget();
        return (int)Math.Max(0, n);
    }

    /// <summary>Sends all bytes; the descriptors go with the first one.</summary>
    internal static void Send(Descriptor socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaxDescriptors);
        WaitLimit deadline = WaitLimit.After(limit);
        fixed (byte* start = bytes)
        {
            for (int sent = 0; sent < bytes.Length;)
            {
                nint n = SendSome(socket, start + sent, bytes.Length - sent, sent == 0 ? descriptors : default);
                int errno = Libc.Errno;
                if (n > 0)
                {
                    sent += (int)n;
                }
                else if (errno is Libc.EPIPE or Libc.ECONNRESET)
                {
                    throw new RestartException(RestartFailure.PeerLost, "The peer has closed its end of the channel.");
                }
                else if (errno == Libc.EAGAIN && !Poller.Wait(socket.Number, Libc.POLLOUT, deadline.Left))
                {
                    throw new RestartException(
                        RestartFailure.ProtocolError, $"The peer did not take a message within {limit.TotalSeconds:0.#} s.");
                }
                else if (errno is not (Libc.EAGAIN or Libc.EINTR))
                {
                    throw new RestartException(
                        RestartFailure.ProtocolError, $"Could not send to the peer: {Libc.Describe(errno)}.");
                }
            }
        }
    }

    /// <summary>
    /// Fills the buffer. Received descriptors are added to the list, close-on-exec from the start. Without a list none may
    /// arrive.
    /// </summary>
    /// <param name="socket">The socket.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="descriptors">Receives the descriptors.</param>
    /// <param name="limit">The time limit.</param>
    /// <param name="from">Only bytes of this process; other bytes in between are dropped. Null for any process.</param>
    /// <returns>The bytes read: fewer than the buffer holds only at the end of the stream.</returns>
    internal static int Receive(
        Descriptor socket, Span<byte> buffer, List<Descriptor>? descriptors, TimeSpan limit, int? from = null)
    {
        WaitLimit deadline = WaitLimit.After(limit);
        fixed (byte* start = buffer)
        {
            int read = 0;
            while (read < buffer.Length)
            {
                nint n = Receive(socket, start + read, buffer.Length - read, flags: 0, out Attached attached);
                int errno = Libc.Errno;
                if (n > 0 && attached.Sender is { } sender && sender != (from ?? sender))
                {
                    attached.Forget();
                }
                else if (n > 0)
                {
                    attached.MoveTo(descriptors);
                    read += (int)n;
                }
                else if (n == 0 || errno == Libc.ECONNRESET)
                {
                    break;
                }
                else if (errno == Libc.EAGAIN && !Poller.Wait(socket.Number, Libc.POLLIN, deadline.Left))
                {
                    throw new RestartException(
                        RestartFailure.ProtocolError, $"The peer did not finish a message within {limit.TotalSeconds:0.#} s.");
                }
                else if (errno is not (Libc.EAGAIN or Libc.EINTR))
                {
                    throw new RestartException(
                        RestartFailure.ProtocolError, $"Could not receive from the peer: {Libc.Describe(errno)}.");
                }
            }

            return read;
        }
    }

    /// <summary>
    /// Receives what there is, as <see cref="LocalSocket.Receive"/>. Descriptors are added to the list, those beyond its limit
    /// are closed.
    /// </summary>
    internal static int ReceiveSome(Descriptor socket, Span<byte> buffer, List<Descriptor> descriptors, int most)
    {
        fixed (byte* start = buffer)
        {
            nint n = Receive(socket, start, buffer.Length, flags: 0, out Attached attached);
            int errno = Libc.Errno;
            foreach (Descriptor descriptor in attached.Descriptors ?? [])
            {
                if (descriptors.Count < most)
                {
                    descriptors.Add(descriptor);
                }
                else
                {
                    descriptor.Dispose();
                }
            }

            return n > 0 ? (int)n
                : n < 0 && errno is Libc.EAGAIN or Libc.EINTR ? LocalSocket.WouldBlock
                : LocalSocket.Gone;
        }
    }

    private static nint SendSome(Descriptor socket, byte* bytes, int count, ReadOnlySpan<int> descriptors)
    {
        var vector = new Libc.Iovec { iov_base = bytes, iov_len = (nuint)count };
        var message = new Libc.Msghdr { msg_iov = &vector, msg_iovlen = 1 };
        byte* control = stackalloc byte[ControlBytes];
        if (!descriptors.IsEmpty)
        {
            int length = CmsgHeader + (descriptors.Length * sizeof(int));
            *(Libc.Cmsghdr*)control = new Libc.Cmsghdr
            {
                cmsg_len = (nuint)length,
                cmsg_level = Libc.SOL_SOCKET,
                cmsg_type = Libc.SCM_RIGHTS,
            };
            MemoryMarshal.AsBytes(descriptors).CopyTo(new Span<byte>(control + CmsgHeader, length - CmsgHeader));
            message.msg_control = control;
            message.msg_controllen = (nuint)Align(length);
        }

        return Libc.sendmsg(socket.Number, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
    }

    private static nint Receive(Descriptor socket, byte* bytes, int count, int flags, out Attached attached)
    {
        var vector = new Libc.Iovec { iov_base = bytes, iov_len = (nuint)count };
        var message = new Libc.Msghdr { msg_iov = &vector, msg_iovlen = 1 };
        byte* control = stackalloc byte[ControlBytes];
        message.msg_control = control;
        message.msg_controllen = (nuint)ControlBytes;
        nint n = Libc.recvmsg(socket.Number, &message, Libc.MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT | flags);
        attached = n > 0 ? Read(control, message.msg_controllen, (message.msg_flags & Libc.MSG_CTRUNC) != 0) : default;
        return n;
    }

    private static Attached Read(byte* control, nuint length, bool truncated)
    {
        List<Descriptor>? descriptors = null;
        int? sender = null;
        for (nuint at = 0; at + (nuint)CmsgHeader <= length;)
        {
            var header = (Libc.Cmsghdr*)(control + at);
            if (header->cmsg_len < (nuint)CmsgHeader || header->cmsg_len > length - at)
            {
                break;
            }

            var data = new ReadOnlySpan<byte>(control + at + CmsgHeader, (int)header->cmsg_len - CmsgHeader);
            if (header->cmsg_level == Libc.SOL_SOCKET
                && header->cmsg_type == Libc.SCM_CREDENTIALS
                && data.Length >= sizeof(Libc.Ucred))
            {
                sender = MemoryMarshal.Read<Libc.Ucred>(data).pid;
            }
            else if (header->cmsg_level == Libc.SOL_SOCKET && header->cmsg_type == Libc.SCM_RIGHTS)
            {
                descriptors ??= [];
                foreach (int fd in MemoryMarshal.Cast<byte, int>(data))
                {
                    descriptors.Add(new Descriptor(fd));
                }
            }

            at += (nuint)Align((int)header->cmsg_len);
        }

        return new Attached(sender, descriptors, truncated);
    }

    private static int ControlBytes =>
        Align(CmsgHeader + (MaxDescriptors * sizeof(int))) + Align(CmsgHeader + sizeof(Libc.Ucred));

    private static int Align(int length) => (length + sizeof(nint) - 1) & ~(sizeof(nint) - 1);

    /// <summary>The control data of some bytes.</summary>
    /// <param name="Sender">The process that sent them; null if the kernel does not tell, 0 for another pid namespace.</param>
    /// <param name="Descriptors">Owned by the receiver; null for none.</param>
    /// <param name="Truncated">Whether some were lost.</param>
    private readonly record struct Attached(int? Sender, List<Descriptor>? Descriptors, bool Truncated)
    {
        /// <summary>Closes the descriptors.</summary>
        /// <returns>The sender.</returns>
        internal int? Forget()
        {
            Descriptors?.ForEach(d => d.Dispose());
            return Sender;
        }

        /// <exception cref="RestartException">Some are missing, or none belong there.</exception>
        internal void MoveTo(List<Descriptor>? descriptors)
        {
            if (descriptors is null)
            {
                Forget();
            }
            else
            {
                descriptors.AddRange(Descriptors ?? []);
            }

            if (Truncated)
            {
                throw new RestartException(
                    RestartFailure.ProtocolError,
                    $"Only {Descriptors?.Count ?? 0} of the descriptors of a message arrived: the limit on open files of this " +
                        $"process (RLIMIT_NOFILE) is too small{ResourceLimits.Hint(Libc.EMFILE)}.");
            }

            if (Descriptors is { Count: > 0 } && descriptors is null)
            {
                throw new RestartException(RestartFailure.ProtocolError, "Descriptors arrived where none belong.");
            }
        }
    }
}
