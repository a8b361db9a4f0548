using System.ComponentModel;
using Microsoft.Win32.SafeHandles;

namespace Baton.Interop;

/// <summary>
/// Memory as a file (memfd_create(2)) that nobody can change any more once it is sealed, so that its reader may trust what it has
/// looked at. Its pages count for the memory of who wrote them, and are freed with the last descriptor.
/// </summary>
internal static class SealedMemory
{
    private const int AllSeals = Libc.F_SEAL_SEAL | Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_WRITE;

    /// <summary>New and empty.</summary>
    /// <param name="name">What /proc shows.</param>
    /// <exception cref="IOException">The kernel gives none, as no descriptor is free.</exception>
    internal static SafeFileHandle Create(string name)
    {
        int fd = Libc.memfd_create(name, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        return fd >= 0
            ? new SafeFileHandle(fd, ownsHandle: true)
            : throw new IOException($"No memory to pass on could be made: {Libc.Describe(Libc.Errno)}.");
    }

    /// <summary>Ends all writing.</summary>
    /// <param name="memory">As of <see cref="Create"/>; closed.</param>
    /// <returns>The same, to be passed on.</returns>
    /// <exception cref="IOException">It could not be sealed.</exception>
    internal static Descriptor Seal(SafeFileHandle memory)
    {
        using (memory)
        {
            var taken = new Descriptor(Libc.fcntl((int)memory.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, 3));
            if (!taken.IsInvalid && Libc.fcntl(taken.Number, Libc.F_ADD_SEALS, AllSeals) == 0)
            {
                return taken;
            }

            int errno = Libc.Errno;
            taken.Dispose();
            throw new IOException($"The memory to pass on could not be sealed: {Libc.Describe(errno)}.");
        }
    }

    /// <summary>What another process has passed on, to be read from its beginning.</summary>
    /// <param name="memory">Stays the caller's.</param>
    /// <returns>Null if it is no sealed memory: then it could change while it is read.</returns>
    internal static FileStream? Open(Descriptor memory)
    {
        if ((Libc.fcntl(memory.Number, Libc.F_GET_SEALS, 0) & AllSeals) != AllSeals || Libc.Stat(memory.Number) is not { } stat
            || !stat.Is(Libc.S_IFREG))
        {
            return null;
        }

        try
        {
            using Descriptor duplicate = memory.Duplicate();
            var handle = new SafeFileHandle(duplicate.Number, ownsHandle: true);
            duplicate.SetHandleAsInvalid();
            return new FileStream(handle, FileAccess.Read, bufferSize: 0) { Position = 0 };
        }
        catch (Win32Exception e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
