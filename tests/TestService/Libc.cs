using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TestService;

/// <summary>What a process does to itself; names as in C.</summary>
internal static partial class Libc
{
    internal const int SIGKILL = 9;
    internal const int SIGSTOP = 19;
    private const int RLIMIT_NOFILE = 7;
    private const int F_DUPFD_CLOEXEC = 1030;
    private const nint NoAddress = 8;

    internal static void KillSelf(int signal) => _ = kill(Environment.ProcessId, signal);

    /// <summary>As a defect in native code does: what kill(2) sends, the runtime takes for no fault of the process, and ignores.</summary>
    internal static void Segfault() => _ = strlen(NoAddress);

    internal static int Duplicate(int descriptor) =>
        fcntl(descriptor, F_DUPFD_CLOEXEC, 3) is >= 0 and var duplicate ? duplicate : throw new Win32Exception();

    internal static void LimitDescriptors(ulong most)
    {
        if (setrlimit(RLIMIT_NOFILE, new ResourceLimit(most, most)) != 0)
        {
            throw new Win32Exception();
        }
    }

    /// <summary>Each write goes to the end, also if another process writes.</summary>
    internal static SafeFileHandle OpenToAppend(string path)
    {
        const int WriteOnly = 1, Create = 0x40, Append = 0x400, CloseOnExec = 0x80000, Mode = 0x1A4;
        int file = open(path, WriteOnly | Create | Append | CloseOnExec, Mode);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw new Win32Exception();
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc")]
    private static partial nint strlen(nint text);

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);
}
