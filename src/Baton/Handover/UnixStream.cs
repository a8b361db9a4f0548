using System.ComponentModel;
using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// Bytes and descriptors over a connected unix stream socket: sendmsg(2), recvmsg(2), SCM_RIGHTS and SCM_CREDENTIALS of unix(7).
/// </summary>
internal static unsafe class UnixStream
{
    private const int MaxDescriptors = ControlData.MaxDescriptors;
    private const int MostSkipped = 4096;

    private static readonly int CmsgHeader = sizeof(Libc.Cmsghdr);

    internal static (Descriptor First, Descriptor Second) CreatePair() => LocalSocket.Pair(Libc.SOCK_NONBLOCK);

    /// <summary>Makes the kernel report which process sends the bytes from now on, where it can.</summary>
    internal static void NameSenders(Descriptor socket) => ControlData.NameSenders(socket);

    /// <summary>The process that sent the next bytes; null if there are none, or the kernel does not tell.</summary>
    internal static int? NextSender(Descriptor socket)
    {
        byte next;
        return ControlData.Receive(socket, &next, 1, Libc.MSG_PEEK, out ControlData attached) > 0 ? attached.Forget() : null;
    }

    /// <summary>Reads and drops waiting bytes of one process, up to a limit.</summary>
    /// <returns>The number of bytes.</returns>
    internal static int Skip(Descriptor socket)
    {
        byte* bytes = stackalloc byte[MostSkipped];
        nint n = ControlData.Receive(socket, bytes, MostSkipped, flags: 0, out ControlData attached);
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
                nint n = ControlData.Receive(socket, start + read, buffer.Length - read, flags: 0, out ControlData attached);
                int errno = Libc.Errno;
                if (n > 0 && attached.Sender is { } sender && sender != (from ?? sender))
                {
                    attached.Forget();
                }
                else if (n > 0)
                {
                    Move(attached, descriptors);
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
            nint n = ControlData.Receive(socket, start, buffer.Length, flags: 0, out ControlData attached);
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
        byte* control = stackalloc byte[ControlData.Bytes];
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
            message.msg_controllen = (nuint)ControlData.Align(length);
        }

        return Libc.sendmsg(socket.Number, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
    }

    /// <exception cref="RestartException">Some are missing, or none belong there.</exception>
    private static void Move(ControlData attached, List<Descriptor>? descriptors)
    {
        if (descriptors is null)
        {
            attached.Forget();
        }
        else
        {
            descriptors.AddRange(attached.Descriptors ?? []);
        }

        if (attached.Truncated)
        {
            throw new RestartException(
                RestartFailure.ProtocolError,
                $"Only {attached.Descriptors?.Count ?? 0} of the descriptors of a message arrived: the limit on open files of " +
                    $"this process (RLIMIT_NOFILE) is too small{ResourceLimits.Hint(Libc.EMFILE)}.");
        }

        if (attached.Descriptors is { Count: > 0 } && descriptors is null)
        {
            throw new RestartException(RestartFailure.ProtocolError, "Descriptors arrived where none belong.");
        }
    }
}
