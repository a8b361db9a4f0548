using Baton.Interop;

namespace Baton.Cli;

/// <summary>Descriptors 0, 1 and 2 of this process.</summary>
internal static class StandardStreams
{
    private const int ReadOnly = 0;

    /// <summary>
    /// Opens /dev/null where one of them is closed. Otherwise the next file that is opened would take its number, and get what is
    /// written to it. Must be called before anything else is done.
    /// </summary>
    /// <returns>Whether output or error was closed.</returns>
    internal static bool OpenClosed()
    {
        bool wasClosed = false;
        for (int number = 0; number <= 2; number++)
        {
            int flags = Libc.fcntl(number, Libc.F_GETFD, 0);

            // The runtime has opened a file there: one that was inherited is not close-on-exec.
            wasClosed |= number > 0 && flags == Libc.FD_CLOEXEC;
            if (flags < 0)
            {
                // open(2) gives the lowest number that is free.
                _ = Libc.open("/dev/null", number == 0 ? ReadOnly : Libc.O_WRONLY);
                wasClosed |= number > 0;
            }
        }

        return wasClosed;
    }
}
