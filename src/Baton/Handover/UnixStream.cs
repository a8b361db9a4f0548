using System.ComponentModel;
using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Handover;

/// <summary>Bytes and descriptors over a connected unix stream socket: sendmsg(2), recvmsg(2), SCM_RIGHTS of unix(7).</summary>
internal static unsafe class UnixStream
{
    // What the kernel takes in one message (SCM_MAX_FD).
    private const int MaxDescriptors = 253;

    private static readonly int CmsgHeader = sizeof(Libc.Cmsghdr);

    internal static (Descriptor First, Descriptor Second) CreatePair() => LocalSocket.Pair(Libc.SOCK_NONBLOCK);

    /// <summary>Sends all bytes; the descriptors ride with the first of them.</summary>
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
                    throw new RestartException(RestartFailure.ProtocolError, $"The peer did not take a message within {limit.TotalSeconds:0.#} s.");
                }
                else if (errno is not (Libc.EAGAIN or Libc.EINTR))
                {
                    throw new RestartException(RestartFailure.ProtocolError, $"Could not send to the peer: {Libc.Describe(errno)}.");
                }
            }
        }
    }

    /// <summary>
    /// Fills the buffer. Descriptors that arrive are added to the list, close-on-exec from their first moment; where none
    /// is given, none may arrive.
    /// </summary>
    /// <returns>The bytes read: fewer than the buffer holds only at the end of the stream.</returns>
    internal static int Receive(Descriptor socket, Span<byte> buffer, List<Descriptor>? descriptors, TimeSpan limit)
    {
        WaitLimit deadline = WaitLimit.After(limit);
        fixed (byte* start = buffer)
        {
            int read = 0;
            while (read < buffer.Length)
            {
                nint n = ReceiveSome(socket, start + read, buffer.Length - read, descriptors);
                int errno = Libc.Errno;
                if (n > 0)
                {
                    read += (int)n;
                }
                else if (n == 0 || errno == Libc.ECONNRESET)
                {
                    break;
                }
                else if (errno == Libc.EAGAIN && !Poller.Wait(socket.Number, Libc.POLLIN, deadline.Left))
                {
                    throw new RestartException(RestartFailure.ProtocolError, $"The peer did not finish a message within {limit.TotalSeconds:0.#} s.");
                }
                else if (errno is not (Libc.EAGAIN or Libc.EINTR))
                {
                    throw new RestartException(RestartFailure.ProtocolError, $"Could not receive from the peer: {Libc.Describe(errno)}.");
                }
            }

            return read;
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
            *(Libc.Cmsghdr*)control = new Libc.Cmsghdr { cmsg_len = (nuint)length, cmsg_level = Libc.SOL_SOCKET, cmsg_type = Libc.SCM_RIGHTS };
            MemoryMarshal.AsBytes(descriptors).CopyTo(new Span<byte>(control + CmsgHeader, length - CmsgHeader));
            message.msg_control = control;
            message.msg_controllen = (nuint)Align(length);
        }

        return Libc.sendmsg(socket.Number, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
    }

    private static nint ReceiveSome(Descriptor socket, byte* bytes, int count, List<Descriptor>? descriptors)
    {
        var vector = new Libc.Iovec { iov_base = bytes, iov_len = (nuint)count };
        var message = new Libc.Msghdr { msg_iov = &vector, msg_iovlen = 1 };
        byte* control = stackalloc byte[ControlBytes];
        message.msg_control = control;
        message.msg_controllen = (nuint)ControlBytes;
        nint n = Libc.recvmsg(socket.Number, &message, Libc.MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT);
        int arrived = n > 0 ? Take(control, message.msg_controllen, descriptors) : 0;
        if (n > 0 && (message.msg_flags & Libc.MSG_CTRUNC) != 0)
        {
            throw new RestartException(RestartFailure.ProtocolError, 
                $"Only {arrived} of the descriptors of a message arrived: the limit on open files of this process (RLIMIT_NOFILE) is too small.");
        }

        return arrived > 0 && descriptors is null ? throw new RestartException(RestartFailure.ProtocolError, "Descriptors arrived where none belong.") : n;
    }

    private static int Take(byte* control, nuint length, List<Descriptor>? descriptors)
    {
        int arrived = 0;
        for (nuint at = 0; at + (nuint)CmsgHeader <= length;)
        {
            var header = (Libc.Cmsghdr*)(control + at);
            if (header->cmsg_len < (nuint)CmsgHeader || header->cmsg_len > length - at)
            {
                break;
            }

            if (header->cmsg_level == Libc.SOL_SOCKET && header->cmsg_type == Libc.SCM_RIGHTS)
            {
                var fds = new ReadOnlySpan<int>(control + at + CmsgHeader, (int)(header->cmsg_len - (nuint)CmsgHeader) / sizeof(int));
                arrived += fds.Length;
                foreach (int fd in fds)
                {
                    Keep(new Descriptor(fd), descriptors);
                }
            }

            at += (nuint)Align((int)header->cmsg_len);
        }

        return arrived;
    }

    private static void Keep(Descriptor descriptor, List<Descriptor>? descriptors)
    {
        if (descriptors is null)
        {
            descriptor.Dispose();
        }
        else
        {
            descriptors.Add(descriptor);
        }
    }

    private static int ControlBytes => Align(CmsgHeader + (MaxDescriptors * sizeof(int)));

    private static int Align(int length) => (length + sizeof(nint) - 1) & ~(sizeof(nint) - 1);
}
