using System.ComponentModel;
using System.Globalization;
using Baton.Interop;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// A shell in the service's cgroup that waits, for <see cref="Adoption"/>. It starts before the predecessor ends, so that systemd
/// always has a process to wait for. It ignores all signals but SIGKILL. When this process ends, it ends with an error, which
/// systemd sees if it is the main process then. Its own thread watches it, and owns it and the socket between the two.
/// </summary>
internal sealed class StandIn
{
    private const int LastSignal = 31;

    // Its input is our socket, its output systemd's. When asked it sends its message to systemd, reports that to us, and waits
    // for its end.
    private const string Script = "read _ && printf 'MAINPID=%s' \"$1\" && echo >&0; read _; exit 1";

    private readonly Descriptor _link;
    private readonly SpawnedProcess _process;

    private StandIn(Descriptor link, SpawnedProcess process) => (_link, _process) = (link, process);

    /// <summary>Starts a stand-in on another thread, which then waits for the end of the predecessor.</summary>
    /// <param name="predecessor">The parent of this process.</param>
    /// <param name="systemd">The address of systemd.</param>
    /// <param name="limit">The time limit for systemd to receive a message.</param>
    /// <param name="logger">Logs a failure.</param>
    /// <param name="predecessorGone">Called at most once, on that thread, as <see cref="Adoption"/> says.</param>
    /// <returns>An action that ends the stand-in, from any thread.</returns>
    internal static Action Find(
        int predecessor, NotifySocket systemd, TimeSpan limit, ILogger logger, Action<int, Action> predecessorGone)
    {
        var cancelled = new CancellationTokenSource();
        new Thread(() =>
            Run(
                predecessor,
                systemd,
                limit,
                logger,
                predecessorGone,
                cancelled.Token)) { IsBackground = true, Name = "baton-stand-in" }.Start();
        return cancelled.Cancel;
    }

    private static void Run(
        int predecessor,
        NotifySocket systemd,
        TimeSpan limit,
        ILogger logger,
        Action<int, Action> predecessorGone,
        CancellationToken cancelled)
    {
        try
        {
            StandIn standIn = Start(systemd);
            using (cancelled.Register(standIn._process.Kill))
            {
                string? problem = standIn.OutlivesPredecessor(predecessor) && standIn.Speaks(predecessorGone)
                    ? WhyNotHeard(systemd, limit)
                    : "the stand-in was killed";
                if (problem is not null && !cancelled.IsCancellationRequested)
                {
                    logger.NotAdopted(Environment.ProcessId, problem);
                }
            }

            standIn.End();
        }
        catch (Exception e) when (e is RestartException or Win32Exception)
        {
            logger.NotAdopted(Environment.ProcessId, e.Message);
        }
    }

    private static StandIn Start(NotifySocket systemd)
    {
        (Descriptor own, Descriptor its) = LocalSocket.Pair();
        try
        {
            using (its)
            using (Descriptor output = systemd.Connect())
            {
                // The name shows in lists of processes.
                string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
                var command = new StartCommand(
                    "/bin/sh", ["sh", "-c", Script, "baton-stand-in", pid], "/", new Dictionary<string, string>());
                return new StandIn(
                    own, Spawner.Spawn(command, command.Environment, [(its, 0), (output, 1)], Enumerable.Range(1, LastSignal)));
            }
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <returns>Whether the stand-in outlives the predecessor.</returns>
    private bool OutlivesPredecessor(int predecessor)
    {
        nint fd = Libc.syscall(Libc.SYS_pidfd_open, predecessor, 0, 0, 0, 0);
        if (fd >= 0)
        {
            using var watched = new Descriptor((int)fd);

            // The pid may be reused if the predecessor is gone, but its new process is not our parent.
            if (Libc.getppid() == predecessor)
            {
                Poller.WaitRead(watched.Number, _process.PidfdNumber, Timeout.InfiniteTimeSpan);
            }
        }

        return _process.Lives;
    }

    /// <returns>Whether it sent its message. It must not be ended before that, so this waits without a limit.</returns>
    private bool Speaks(Action<int, Action> predecessorGone)
    {
        predecessorGone(_process.Id, Ask);
        Poller.WaitRead(_link.Number, _process.PidfdNumber, Timeout.InfiniteTimeSpan);
        return _process.Lives;
    }

    // Called by the control loop. A stand-in that was killed meanwhile is not asked.
    private void Ask()
    {
        bool held = false;
        try
        {
            _link.DangerousAddRef(ref held);
            _ = LocalSocket.Send(_link, "\n"u8);
        }
        catch (ObjectDisposedException)
        {
            // Its thread has reported that.
        }
        finally
        {
            if (held)
            {
                _link.DangerousRelease();
            }
        }
    }

    // sd_notify_barrier(3): systemd closes the descriptor when it has processed all messages before it.
    private static string? WhyNotHeard(NotifySocket systemd, TimeSpan limit)
    {
        WaitLimit deadline = WaitLimit.After(limit);
        (Descriptor reader, Descriptor writer) = Pipe.Create();
        using (reader)
        {
            using (writer)
            using (Descriptor room = systemd.Connect())
            {
                while (systemd.TrySend("BARRIER=1", writer) != 0 && deadline.MillisecondsLeft > 0)
                {
                    Poller.Wait(room.Number, Libc.POLLOUT, deadline.Left);
                }
            }

            return deadline.MillisecondsLeft > 0 && Poller.Wait(reader.Number, Libc.POLLIN, deadline.Left)
                ? null
                : $"systemd did not answer within {limit.TotalSeconds:0.###} s";
        }
    }

    private void End()
    {
        _process.Kill();
        Poller.Wait(_process.PidfdNumber, Libc.POLLIN, Timeout.InfiniteTimeSpan);
        _process.Reap();
        _process.Dispose();
        _link.Dispose();
    }
}
