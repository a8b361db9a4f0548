using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// A process that we started, held by a pidfd so that its pid cannot be confused with a reused one. Owns the pidfd. The process
/// lives on when this is disposed.
/// </summary>
internal sealed class SpawnedProcess : IDisposable
{
    // After SIGKILL only the kernel can delay the end, in an uninterruptible system call (a dead network file system).
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Descriptor _pidfd;
    private bool _closed;

    private readonly string? _diagnosticKey;

    private SpawnedProcess(int pid, Descriptor pidfd) => (Id, _pidfd, _diagnosticKey) = (pid, pidfd, DiagnosticFiles.KeyOf(pid));

    internal int Id { get; }

    /// <summary>The diagnostic files that the process leaves if it is killed; null if unknown.</summary>
    internal string? DiagnosticDirectory { get; init; }

    /// <summary>For poll: readable once the process has ended.</summary>
    internal int PidfdNumber => _pidfd.Number;

    /// <summary>Watches a child that has just been started, so that it cannot have been reaped.</summary>
    /// <exception cref="RestartException">No pidfd is available; the process was killed.</exception>
    internal static SpawnedProcess Watch(int pid, string? diagnosticDirectory = null)
    {
        nint fd = Libc.syscall(Libc.SYS_pidfd_open, pid, 0, 0, 0, 0);
        if (fd >= 0)
        {
            return new SpawnedProcess(pid, new Descriptor((int)fd)) { DiagnosticDirectory = diagnosticDirectory };
        }

        int errno = Libc.Errno;
        _ = Libc.kill(pid, Libc.SIGKILL);
        Collect(Libc.P_PID, pid);
        string cause = errno switch
        {
            Libc.ENOSYS => "pidfd_open needs Linux 5.3: ",
            Libc.EPERM or Libc.EACCES => "pidfd_open is not allowed here, as by the seccomp filter of a container: ",
            _ => "",
        };
        throw new RestartException(
            RestartFailure.SpawnFailed, $"Could not watch process {pid}: {cause}{Libc.Describe(errno)}. It was killed.");
    }

    /// <summary>Whether it has not ended.</summary>
    internal bool Lives
    {
        get
        {
            lock (_lock)
            {
                return !_closed && !Poller.Wait(_pidfd.Number, Libc.POLLIN, TimeSpan.Zero);
            }
        }
    }

    /// <summary>Sends SIGKILL. Does nothing if it has ended.</summary>
    internal void Kill()
    {
        lock (_lock)
        {
            // Once closed, the pidfd's number may belong to something else.
            if (!_closed)
            {
                _ = Libc.syscall(Libc.SYS_pidfd_send_signal, _pidfd.Number, Libc.SIGKILL, 0, 0, 0);
            }
        }
    }

    /// <summary>Collects the exit status; call once the pidfd is readable.</summary>
    internal ExitStatus Reap()
    {
        ExitStatus status = Collect(Libc.P_PIDFD, _pidfd.Number);
        if (_diagnosticKey is not null && DiagnosticDirectory is not null)
        {
            DiagnosticFiles.Remove(DiagnosticDirectory, Id, _diagnosticKey);
        }

        return status;
    }

    /// <summary>Kills and reaps it, because nobody can watch it.</summary>
    internal void KillAndReap()
    {
        Kill();
        if (Poller.Wait(_pidfd.Number, Libc.POLLIN, KillTimeout))
        {
            Reap();
        }

        Dispose();
    }

    private static unsafe ExitStatus Collect(int type, int id)
    {
        Libc.Siginfo info = default;
        int result;
        do
        {
            result = Libc.waitid(type, id, &info, Libc.WEXITED);
        }
        while (result < 0 && Libc.Errno == Libc.EINTR);

        // ECHILD: somebody else reaped it, as the runtime does in process 1 or where SIGCHLD was ignored at the start.
        if (result < 0)
        {
            return ExitStatus.Unknown;
        }

        return info.si_code == Libc.CLD_EXITED
            ? new ExitStatus(info.si_status, Signal: null)
            : new ExitStatus(Code: null, info.si_status);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _pidfd.Dispose();
        }
    }
}
