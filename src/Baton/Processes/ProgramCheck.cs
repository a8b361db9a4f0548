using System.Diagnostics;
using Baton.Interop;
using Microsoft.Win32.SafeHandles;

namespace Baton.Processes;

/// <summary>
/// Runs a program with arguments that make it check itself, as <c>nginx -t</c>, and collects its output. Its own thread watches
/// it, since a starved pool must not stop a restart. Owns the process until it is reaped, and the pipe of its output; both end
/// with the thread.
/// </summary>
internal sealed class ProgramCheck
{
    /// <summary>Set for a program that checks itself: it takes over from nobody, whatever its options say.</summary>
    internal const string Variable = "BATON_CHECK";

    // The default capacity of a pipe (pipe(7)): the most that can remain in it at the end.
    private const int PipeCapacity = 65536;

    // After SIGKILL only the kernel can delay the end, in an uninterruptible system call (a dead network file system).
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(5);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly OutputTail _output = new();
    private readonly byte[] _buffer = new byte[PipeCapacity];
    private readonly string _what;
    private readonly SpawnedProcess _process;
    private readonly Descriptor _pipe;
    private volatile bool _killed;
    private bool _timedOut;

    private ProgramCheck(string what, SpawnedProcess process, Descriptor pipe) =>
        (_what, _process, _pipe) = (what, process, pipe);

    /// <summary>Starts the command with the arguments appended, and returns at once.</summary>
    /// <param name="limit">The time after which it is killed.</param>
    /// <param name="finished">Called once on another thread when it has ended. Must not throw.</param>
    /// <exception cref="RestartException">It could not be started: SpawnFailed, or NotSupported on this platform.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">No descriptor is free.</exception>
    internal static ProgramCheck Start(
        StartCommand command, IReadOnlyCollection<string> arguments, TimeSpan limit, Action<ProgramCheckResult> finished)
    {
        if (!Platform.HandoverSupported)
        {
            throw new RestartException(RestartFailure.NotSupported, "A program can be checked before a restart on Linux only.");
        }

        string what = $"{Printable.Line(DotnetHost.Application(command))} with {Printable.Line(string.Join(' ', arguments))}";
        (Descriptor reader, Descriptor writer) = Pipe.Create();
        try
        {
            SpawnedProcess process;
            using (writer)
            using (SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
            {
                StartCommand check = command with { Arguments = [.. command.Arguments, .. arguments] };
                Dictionary<string, string> environment = command.AsideEnvironment();

                // A program that ignores the arguments, and serves, would tell systemd that the service is ready (sd_notify(3)).
                environment.Remove("NOTIFY_SOCKET");
                environment[Variable] = "1";
                process = Spawner.Spawn(check, environment, [(nothing, 0), (writer, 1), (writer, 2)], blockedSignals: []);
            }

            var started = new ProgramCheck(what, process, reader);
            try
            {
                OwnThread.Start("baton-check", () => started.Run(WaitLimit.After(limit), finished));
            }
            catch
            {
                process.KillAndReap();
                throw;
            }

            return started;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Kills it because its result is no longer needed. <c>finished</c> is called as usual. From any thread.</summary>
    internal void Kill()
    {
        _killed = true;
        _process.Kill();
    }

    private void Run(WaitLimit limit, Action<ProgramCheckResult> finished)
    {
        bool ended = Watch(limit);
        if (!ended)
        {
            _timedOut = true;
            _process.Kill();
            ended = Watch(WaitLimit.After(KillTimeout));
        }

        if (ended)
        {
            ExitStatus status = ReapAndClose();
            finished(Result(status));
        }
        else
        {
            // Only this thread still waits for it, and reaps it when it ends.
            finished(Result(ExitStatus.Unknown));
            Poller.Wait(_process.PidfdNumber, Libc.POLLIN, Timeout.InfiniteTimeSpan);
            ReapAndClose();
        }
    }

    private ExitStatus ReapAndClose()
    {
        ExitStatus status = _process.Reap();
        _process.Dispose();
        _pipe.Dispose();
        return status;
    }

    private ProgramCheckResult Result(ExitStatus status)
    {
        CheckEnd end = _killed ? CheckEnd.Killed : _timedOut ? CheckEnd.TimedOut : CheckEnd.Exited;
        return new ProgramCheckResult(_what, status, end, _output.ToString(), Stopwatch.GetElapsedTime(_started));
    }

    // Waits for the process, not for the end of the pipe: a child that it left behind may hold the pipe open.
    private bool Watch(WaitLimit limit)
    {
        bool open = true;
        while (true)
        {
            (bool wrote, bool ended) = Poller.WaitRead(open ? _pipe.Number : -1, _process.PidfdNumber, limit.Left);
            open = open && (!wrote || ReadSome());
            if (ended)
            {
                // The rest of its output. One more read is enough, so that other writers cannot keep us here.
                _ = open && Poller.Wait(_pipe.Number, Libc.POLLIN, TimeSpan.Zero) && ReadSome();
                return true;
            }

            if (limit.MillisecondsLeft == 0)
            {
                return false;
            }
        }
    }

    private unsafe bool ReadSome()
    {
        fixed (byte* start = _buffer)
        {
            nint n = Libc.read(_pipe.Number, start, (nuint)_buffer.Length);
            if (n > 0)
            {
                _output.Append(_buffer.AsSpan(0, (int)n));
            }

            return n > 0 || (n < 0 && Libc.Errno == Libc.EINTR);
        }
    }
}
