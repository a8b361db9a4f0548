using Baton.Interop;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>
/// A process that asks to take over, and that this process has not started. It was checked: it is of our own user. Owns what
/// leads to it until it is adopted. Safe to call from any thread.
/// </summary>
/// <param name="pid">Its pid: as this process sees it, or as it has it itself in another pid namespace.</param>
/// <param name="program">Its program, as it says.</param>
/// <param name="isSeen">Whether the pid is that of this process's pid namespace.</param>
/// <param name="answer">The line that goes with the channel.</param>
/// <param name="limit">The time for it to take the channel.</param>
internal sealed class Taker(int pid, string program, bool isSeen, byte[] answer, TimeSpan limit) : IDisposable
{
    private readonly Lock _lock = new();
    private bool _adopted;
    private bool _gone;

    internal int Pid => pid;

    /// <summary>The program, for the log and the history: nothing is started by it.</summary>
    internal StartCommand Command { get; } = new(program, [program], "/", new Dictionary<string, string>());

    /// <summary>Its connection; owned by this.</summary>
    internal required Descriptor Connection { private get; init; }

    /// <summary>Its pidfd; owned by this until it is adopted.</summary>
    internal required Descriptor Pidfd { private get; init; }

    /// <summary>See <see cref="KillWire"/>; null for none. Owned by this until it is adopted.</summary>
    internal Descriptor? Wire { private get; init; }

    /// <summary>Gives it the channel: from now on it is a successor.</summary>
    /// <param name="channel">Its end; the caller keeps owning ours.</param>
    /// <exception cref="RestartException">It has left.</exception>
    internal SpawnedProcess Adopt(Descriptor channel)
    {
        lock (_lock)
        {
            if (_gone)
            {
                throw new RestartException(RestartFailure.PeerLost, $"Process {pid}, which was to take over, has left.");
            }

            using Descriptor own = OwnPidfd();
            UnixStream.Send(Connection, answer, [channel.Number, own.Number], limit);
            _adopted = true;
            return SpawnedProcess.NotOurChild(pid, Pidfd, Wire, isSeen);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _gone = true;
            Connection.Dispose();
            if (!_adopted)
            {
                Pidfd.Dispose();
                Wire?.Dispose();
            }
        }
    }

    private static Descriptor OwnPidfd()
    {
        nint fd = Libc.syscall(Libc.SYS_pidfd_open, Environment.ProcessId, 0, 0, 0, 0);
        return fd >= 0
            ? new Descriptor((int)fd)
            : throw new RestartException(RestartFailure.SpawnFailed, $"No pidfd is available: {Libc.Describe(Libc.Errno)}.");
    }
}
