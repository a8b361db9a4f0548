using Baton.Interop;

namespace Baton.Bench.Services;

/// <summary>
/// A process, child of ours or not, held by a pidfd so that its number can't be taken for another's. Owns the pidfd; the process lives on when
/// this is disposed.
/// </summary>
internal sealed class WatchedProcess : IDisposable
{
    public const int SIGUSR2 = 12;
    public const int SIGTERM = 15;
    public const int SIGSTOP = 19;
    public const int SIGKILL = Libc.SIGKILL;

    private readonly Descriptor _pidfd;

    private WatchedProcess(int id, Descriptor pidfd) => (Id, _pidfd) = (id, pidfd);

    public int Id { get; }

    public static WatchedProcess Of(int pid)
    {
        nint fd = Libc.syscall(Libc.SYS_pidfd_open, pid, 0, 0, 0, 0);
        return fd >= 0
            ? new WatchedProcess(pid, new Descriptor((int)fd))
            : throw new BenchException($"Could not watch process {pid}: {Libc.Describe(Libc.Errno)}.");
    }

    /// <summary>Sends a signal; nothing happens when it has ended already.</summary>
    public void Send(int signal) => Libc.syscall(Libc.SYS_pidfd_send_signal, _pidfd.Number, signal, 0, 0, 0);

    /// <returns>False when it still lives after the limit.</returns>
    public bool WaitForEnd(TimeSpan limit) => Poller.Wait(_pidfd.Number, Libc.POLLIN, limit);

    public void Dispose() => _pidfd.Dispose();
}
