using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Baton.ProcessTests.Service;

/// <summary>The system calls that a test needs to treat processes as a shell and an init process do; names as in C.</summary>
internal static partial class Libc
{
    internal const int SIGHUP = 1;
    internal const int SIGINT = 2;
    internal const int SIGQUIT = 3;
    internal const int SIGKILL = 9;
    internal const int SIGUSR1 = 10;
    internal const int SIGUSR2 = 12;
    internal const int SIGALRM = 14;
    internal const int SIGTERM = 15;
    internal const int SIGCONT = 18;
    internal const int SIGSTOP = 19;
    internal const int SIGTSTP = 20;
    internal const int SIGWINCH = 28;
    internal const int SIGRTMAX = 64;
    internal const int WNOHANG = 1;
    internal const int F_SETFD = 2;
    private const int RLIMIT_NOFILE = 7;
    private const int PR_SET_CHILD_SUBREAPER = 36;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int fd, int command, int argument);

    /// <summary>Changes how many files a process may open, as prlimit(1) does.</summary>
    internal static void LimitDescriptors(int pid, int most) =>
        Assert.Equal(0, prlimit(pid, RLIMIT_NOFILE, new Rlimit((ulong)most, 20_000), 0));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prlimit(int pid, int resource, in Rlimit limit, nint old);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint argument);

    /// <summary>A successor whose predecessor has ended becomes a child of this process, which so learns how it ended.</summary>
    [ModuleInitializer]
    internal static void AdoptOrphans() => _ = prctl(PR_SET_CHILD_SUBREAPER, 1);

    private readonly record struct Rlimit(ulong Soft, ulong Hard);
}
