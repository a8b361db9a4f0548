using System.Runtime.InteropServices;

namespace Baton.Interop;

/// <summary>
/// The C library calls that Baton needs and .NET does not offer. One file per header, with the C names and constants;
/// <c>InteropTests</c> checks them against the C headers. Everything is blittable. Only for 64-bit little-endian Linux: callers
/// ask <see cref="Platform.HandoverSupported"/> first.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    // errno.h, the same on x64 and arm64.
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int ESRCH = 3;
    internal const int EINTR = 4;
    internal const int EAGAIN = 11;
    internal const int ENOBUFS = 105;
    internal const int EACCES = 13;
    internal const int EEXIST = 17;
    internal const int EINVAL = 22;
    internal const int ENOTDIR = 20;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ENAMETOOLONG = 36;
    internal const int ENOSYS = 38;
    internal const int ENOEXEC = 8;
    internal const int EPIPE = 32;
    internal const int ECONNABORTED = 103;
    internal const int ECONNRESET = 104;
    internal const int ECONNREFUSED = 111;

    // time.h
    internal const int CLOCK_MONOTONIC = 1;

    /// <summary>With 64-bit time, as on every supported machine.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Timespec
    {
        internal long tv_sec;
        internal long tv_nsec;
    }

    [LibraryImport(Name)]
    internal static partial int clock_gettime(int clock, out Timespec now);

    internal static string Describe(int errno) =>
        $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}{ResourceLimits.Hint(errno)})";

    internal static int Errno => Marshal.GetLastPInvokeError();
}
