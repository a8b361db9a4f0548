using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// A successor, held by a pidfd so that its pid cannot be confused with a reused one: a child, or a process that takes over by
/// itself. Owns the pidfd. The process lives on when this is disposed.
/// </summary>
internal sealed class SpawnedProcess : IDisposable
{
    // After SIGKILL only the kernel can delay the end, in an uninterruptible system call (a dead network file system).
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Descriptor _pidfd;
    private bool _closed;

    private readonly string? _diagnosticKey;

    private SpawnedProcess(int pid, Descriptor pidfd, string? diagnosticKey) =>
        (Id, _pidfd, _diagnosticKey) = (pid, pidfd, diagnosticKey);

    internal int Id { get; }

    /// <summary>Whether we started it; a process that takes over by itself has another parent, which reaps it.</summary>
    internal bool IsChild { get; private init; } = true;

    /// <summary>Whether its pid is one of our pid namespace.</summary>
    internal bool IsSeen { get; private init; } = true;

    // Of a process that signals may not reach.
    private Descriptor? Wire { get; init; }

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
            return new SpawnedProcess(pid, new Descriptor((int)fd), DiagnosticFiles.KeyOf(pid))
            {
                DiagnosticDirectory = diagnosticDirectory,
            };
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

    /// <summary>A process that takes over by itself.</summary>
    /// <param name="pid">Its pid.</param>
    /// <param name="pidfd">Owned from now on.</param>
    /// <param name="wire">See <see cref="KillWire"/>; owned from now on. Null for none.</param>
    /// <param name="isSeen">Whether the pid is one of our pid namespace.</param>
    internal static SpawnedProcess NotOurChild(int pid, Descriptor pidfd, Descriptor? wire, bool isSeen) =>
        new(pid, pidfd, diagnosticKey: null) { IsChild = false, Wire = wire, IsSeen = isSeen };

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
            if (!_closed
                && Libc.syscall(Libc.SYS_pidfd_send_signal, _pidfd.Number, Libc.SIGKILL, 0, 0, 0) != 0
                && Wire is not null)
            {
                KillWire.Pull(Wire);
            }
        }
    }

    /// <summary>Collects the exit status; call once the pidfd is readable. Unknown for a process that is no child.</summary>
    internal ExitStatus Reap()
    {
        if (!IsChild)
        {
            return ExitStatus.Unknown;
        }

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
            Wire?.Dispose();
        }
    }
}
