using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// A process that we did not start, held by a pidfd so that its pid cannot be confused with a reused one. Owns the pidfd. Without
/// a pidfd, because no descriptor was free, only the parent's end can be seen.
/// </summary>
internal sealed class WatchedProcess : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly int _pid;
    private readonly Descriptor? _pidfd;
    private readonly bool _wasGone;

    private WatchedProcess(int pid, Descriptor? pidfd, bool wasGone) => (_pid, _pidfd, _wasGone) = (pid, pidfd, wasGone);

    /// <summary>For poll: readable once the process has ended; -1, which poll ignores, if there is no pidfd.</summary>
    internal int PidfdNumber => _pidfd?.Number ?? -1;

    internal static WatchedProcess Watch(int pid)
    {
        nint fd = Libc.syscall(Libc.SYS_pidfd_open, pid, 0, 0, 0, 0);
        return fd >= 0
            ? new WatchedProcess(pid, new Descriptor((int)fd), wasGone: false)
            : new WatchedProcess(pid, pidfd: null, wasGone: Libc.Errno == Libc.ESRCH);
    }

    /// <summary>A process of another pid namespace, maybe; the pidfd is owned from now on.</summary>
    internal static WatchedProcess Of(int pid, Descriptor pidfd) => new(pid, pidfd, wasGone: false);

    /// <summary>Waits for its end.</summary>
    /// <returns>Whether it has ended.</returns>
    internal bool EndsWithin(TimeSpan limit)
    {
        if (_pidfd is not null)
        {
            return Poller.Wait(_pidfd.Number, Libc.POLLIN, limit);
        }

        WaitLimit deadline = WaitLimit.After(limit);
        while (!_wasGone && Libc.getppid() == _pid && deadline.MillisecondsLeft > 0)
        {
            Poller.Wait(-1, Libc.POLLIN, LookInterval);
        }

        return _wasGone || Libc.getppid() != _pid;
    }

    public void Dispose() => _pidfd?.Dispose();
}
