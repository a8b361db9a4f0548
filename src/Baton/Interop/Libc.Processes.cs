using System.Runtime.InteropServices;

namespace Baton.Interop;

// malloc.h, spawn.h, signal.h, sys/prctl.h, sys/resource.h, sys/wait.h, sys/syscall.h, unistd.h
internal static unsafe partial class Libc
{
    internal const short POSIX_SPAWN_SETPGROUP = 0x02;
    internal const short POSIX_SPAWN_SETSIGDEF = 0x04;
    internal const short POSIX_SPAWN_SETSIGMASK = 0x08;

    internal const int SIG_UNBLOCK = 1;
    internal const int SIG_SETMASK = 2;
    internal const int SIGHUP = 1;
    internal const int SIGKILL = 9;

    internal const int RLIMIT_NPROC = 6;
    internal const int RLIMIT_NOFILE = 7;

    internal const int PRIO_PROCESS = 0;

    internal const int PR_SET_CHILD_SUBREAPER = 36;

    internal const int P_ALL = 0;
    internal const int P_PID = 1;
    internal const int P_PIDFD = 3;
    internal const int WNOHANG = 1;
    internal const int WEXITED = 4;
    internal const int CLD_EXITED = 1;

    /// <summary>
    /// Enough for <c>posix_spawn_file_actions_t</c> and <c>posix_spawnattr_t</c> (80 and 336 bytes in glibc and musl).
    /// </summary>
    internal const int OpaqueBytes = 512;

    /// <summary><c>sizeof(sigset_t)</c>.</summary>
    internal const int SigsetBytes = 128;

    internal const int SYS_pidfd_send_signal = 424;
    internal const int SYS_pidfd_open = 434;
    internal const int SYS_close_range = 436;

    internal static int SYS_statx => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 291 : 332;

    /// <summary>The fields used of <c>siginfo_t</c> as <c>waitid</c> fills it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    internal struct Siginfo
    {
        [FieldOffset(8)] internal int si_code;
        [FieldOffset(16)] internal int si_pid;
        [FieldOffset(24)] internal int si_status;
    }

    [LibraryImport(Name)]
    internal static partial int malloc_trim(nuint pad);

    // posix_spawn and its kin return the error instead of setting errno.
    [LibraryImport(Name, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteText.Marshaller))]
    internal static partial int posix_spawn(
        out int pid, string path, byte* fileActions, byte* attributes, nint* argv, nint* envp);

    [LibraryImport(Name)]
    internal static partial int posix_spawn_file_actions_init(byte* fileActions);

    [LibraryImport(Name)]
    internal static partial int posix_spawn_file_actions_destroy(byte* fileActions);

    [LibraryImport(Name)]
    internal static partial int posix_spawn_file_actions_adddup2(byte* fileActions, int fd, int newFd);

    [LibraryImport(Name)]
    internal static partial int posix_spawn_file_actions_addclose(byte* fileActions, int fd);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(ByteText.Marshaller))]
    internal static partial int posix_spawn_file_actions_addchdir_np(byte* fileActions, string path);

    [LibraryImport(Name)]
    internal static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport(Name)]
    internal static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport(Name)]
    internal static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport(Name)]
    internal static partial int posix_spawnattr_setpgroup(byte* attributes, int group);

    [LibraryImport(Name)]
    internal static partial int posix_spawnattr_setsigmask(byte* attributes, byte* set);

    [LibraryImport(Name)]
    internal static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* set);

    [LibraryImport(Name)]
    internal static partial int sigemptyset(byte* set);

    [LibraryImport(Name)]
    internal static partial int sigfillset(byte* set);

    [LibraryImport(Name)]
    internal static partial int sigaddset(byte* set, int signal);

    [LibraryImport(Name)]
    internal static partial int pthread_sigmask(int how, byte* set, byte* old);

    /// <summary>execve(2): returns only if it fails.</summary>
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int execve(string path, nint* argv, nint* envp);

    /// <summary>tcgetpgrp(3): fails unless the descriptor is the controlling terminal.</summary>
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int tcgetpgrp(int fd);

    /// <summary>signal(2); a handler of 0 is <c>SIG_DFL</c>.</summary>
    [LibraryImport(Name)]
    internal static partial nint signal(int signal, nint handler);

    /// <summary>Fills two numbers: the soft limit, and the hard one.</summary>
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getrlimit(int resource, ulong* limit);

    /// <summary>The nice value of a thread; 0 is the calling one. -1 is also a value.</summary>
    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getpriority(int which, int who);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int setpriority(int which, int who, int nice);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int waitid(int type, int id, Siginfo* info, int options);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport(Name)]
    internal static partial int getpid();

    [LibraryImport(Name)]
    internal static partial int getppid();

    [LibraryImport(Name)]
    internal static partial uint geteuid();

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int kill(int pid, int signal);
}
