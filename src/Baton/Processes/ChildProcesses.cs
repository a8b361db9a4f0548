using Baton.Interop;

namespace Baton.Processes;

/// <summary>All children of this process, also those that it did not start: for the parent of a service.</summary>
internal static unsafe class ChildProcesses
{
    /// <summary>
    /// Makes the kernel give the orphans among the descendants to this process instead of to process 1 (prctl(2)).
    /// </summary>
    /// <returns>0, or the error.</returns>
    internal static int AdoptOrphans() => Libc.prctl(Libc.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : Libc.Errno;

    /// <summary>Collects one child that has ended.</summary>
    /// <returns>Null if none has.</returns>
    internal static (int Pid, ExitStatus Status)? ReapNext()
    {
        Libc.Siginfo info = default;
        int result;
        do
        {
            result = Libc.waitid(Libc.P_ALL, 0, &info, Libc.WEXITED | Libc.WNOHANG);
        }
        while (result < 0 && Libc.Errno == Libc.EINTR);

        return result < 0 || info.si_pid == 0 ? null
            : info.si_code == Libc.CLD_EXITED ? (info.si_pid, new ExitStatus(info.si_status, Signal: null))
            : (info.si_pid, new ExitStatus(Code: null, info.si_status));
    }
}
