using System.ComponentModel;

namespace Baton.Interop;

/// <summary>pipe(2), close-on-exec from its first moment.</summary>
internal static unsafe class Pipe
{
    internal static (Descriptor Reader, Descriptor Writer) Create()
    {
        int* fds = stackalloc int[2];
        return Libc.pipe2(fds, Libc.O_CLOEXEC) == 0
            ? (new Descriptor(fds[0]), new Descriptor(fds[1]))
            : throw new Win32Exception(Libc.Errno, $"Could not create a pipe: {Libc.Describe(Libc.Errno)}.");
    }

    /// <summary>write(2) of some of the bytes.</summary>
    /// <returns>How many; the negative errno if it failed.</returns>
    internal static int Write(int number, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint written = Libc.write(number, start, (nuint)bytes.Length);
            return written >= 0 ? (int)written : -Libc.Errno;
        }
    }

    /// <summary>Writes a few bytes without blocking, or none.</summary>
    internal static bool TryWrite(Descriptor writer, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return Libc.write(writer.Number, start, (nuint)bytes.Length) == bytes.Length;
        }
    }
}
