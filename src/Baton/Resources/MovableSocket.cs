using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// Takes connections out of the sockets of .NET. Each socket is left with a descriptor whose peer is gone, under its old number:
/// what .NET does to it from then on does not reach the connection.
/// </summary>
internal sealed class MovableSocket
{
    private readonly EventPolls _polls = new();

    // Shared: all that is ever done to it is to end it.
    private readonly Descriptor _dummy = Dummy();

    /// <summary>Takes the connection if the check still holds for it.</summary>
    /// <returns>The connection; null if it is ending by itself, or no descriptor is free.</returns>
    internal Descriptor? Take(Socket socket, Func<TcpCounters, bool> check)
    {
        bool held = false;
        try
        {
            // Keeps the number from being closed, and used for something else.
            socket.SafeHandle.DangerousAddRef(ref held);
            int fd = (int)socket.SafeHandle.DangerousGetHandle();
            return TcpCounters.Of(fd) is { } counters && check(counters) ? Take(fd) : null;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            if (held)
            {
                socket.SafeHandle.DangerousRelease();
            }
        }
    }

    private static Descriptor Dummy()
    {
        (Descriptor dummy, Descriptor peer) = LocalSocket.Pair(Libc.SOCK_NONBLOCK);
        peer.Dispose();
        return dummy;
    }

    private Descriptor? Take(int fd)
    {
        int taken = Libc.fcntl(fd, Libc.F_DUPFD_CLOEXEC, 3);
        if (taken < 0)
        {
            return null;
        }

        // Or this process would be woken for the connection as long as it lives anywhere, and could never have it again.
        _polls.Forget(fd);
        while (Libc.dup3(_dummy.Number, fd, Libc.O_CLOEXEC) < 0)
        {
            // EBUSY, EINTR: another thread opens a file at this moment (dup(2)). Nothing else can be wrong with open descriptors.
        }

        return new Descriptor(taken);
    }
}
