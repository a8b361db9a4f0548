namespace Baton.Interop;

/// <summary>Waits on descriptors with poll(2), for threads that must not depend on the thread pool.</summary>
internal static unsafe class Poller
{
    /// <summary>Waits until one of two descriptors is readable, has ended or failed. A negative number is ignored.</summary>
    /// <returns>Which of the two; neither if <paramref name="limit"/> passed first.</returns>
    internal static (bool First, bool Second) WaitRead(int first, int second, TimeSpan limit)
    {
        Libc.Pollfd* fds = stackalloc Libc.Pollfd[2];
        fds[0] = new Libc.Pollfd { fd = first, events = Libc.POLLIN };
        fds[1] = new Libc.Pollfd { fd = second, events = Libc.POLLIN };
        Wait(fds, 2, limit);
        return (fds[0].revents != 0, fds[1].revents != 0);
    }

    /// <summary>The same with three.</summary>
    internal static (bool First, bool Second, bool Third) WaitRead(int first, int second, int third, TimeSpan limit)
    {
        Libc.Pollfd* fds = stackalloc Libc.Pollfd[3];
        fds[0] = new Libc.Pollfd { fd = first, events = Libc.POLLIN };
        fds[1] = new Libc.Pollfd { fd = second, events = Libc.POLLIN };
        fds[2] = new Libc.Pollfd { fd = third, events = Libc.POLLIN };
        Wait(fds, 3, limit);
        return (fds[0].revents != 0, fds[1].revents != 0, fds[2].revents != 0);
    }

    /// <summary>Waits until the descriptor is ready, has ended or failed; false if the limit passed first.</summary>
    internal static bool Wait(int fd, short events, TimeSpan limit)
    {
        var entry = new Libc.Pollfd { fd = fd, events = events };
        return Wait(&entry, 1, limit) > 0;
    }

    private static int Wait(Libc.Pollfd* fds, nuint count, TimeSpan limit)
    {
        WaitLimit deadline = WaitLimit.After(limit);
        while (true)
        {
            int ready = Libc.poll(fds, count, deadline.MillisecondsLeft);
            if (ready >= 0 || Libc.Errno != Libc.EINTR)
            {
                return ready;
            }
        }
    }
}
