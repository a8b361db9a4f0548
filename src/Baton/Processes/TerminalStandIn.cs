using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Keeps the place of the first process in its terminal once that has handed over and leaves: a shell waits for the end of the
/// process that was started, the kernel hangs up a session whose leader ends, and Ctrl+C reaches the job in the foreground only.
/// So the process executes /bin/sh in its own place: the same pid, and none of its old code. It passes signals on to the process
/// that serves, and ends with the service, with its exit code.
/// </summary>
internal static class TerminalStandIn
{
    private const int FirstOfOthers = 3;
    private const int CloseOnExec = 4; // CLOSE_RANGE_CLOEXEC, which musl does not have
    private const int Line = 9;

    // What the terminal sends goes to the whole job, and so to the service too. SIGWINCH and the like end nobody.
    private static readonly int[] OfTerminal =
    [
        SignalNumber.SIGINT, SignalNumber.SIGQUIT, SignalNumber.SIGTSTP, SignalNumber.SIGWINCH,
    ];

    // It reads who serves and what the last one exits with, until there is nobody left who could write. While it waits for the
    // sleep, it reaps its child that leaves.
    private const string Script = """
        # Keeps the place of a service in its terminal: docs/signals.md of Baton
        cd /
        service=$1 code=1
        shift
        trap '' INT QUIT
        for signal; do trap "again=1; kill -$signal \"\$service\" 2>/dev/null" "$signal"; done
        while again= word=; read -r word value <&9 || [ -n "$again" ]; do
          case $word in
            serves) service=$value code=1 ;;
            exits) code=$value ;;
            leaves) sleep 1 & wait "$!" ;;
          esac
        done
        exit "$code"
        """;

    /// <summary>Executes it in place of this process. Returns only if that fails.</summary>
    /// <param name="place">The pipe that it reads. Its number stays, by which later generations find it.</param>
    /// <param name="service">The process that serves.</param>
    /// <param name="signals">What it passes on, besides SIGHUP and SIGTERM.</param>
    internal static unsafe void TakeOver(int place, int service, IEnumerable<int> signals)
    {
        int[] passedOn = [.. signals.Append(Libc.SIGHUP).Append(SignalNumber.SIGTERM).Except(OfTerminal)];
        string[] words =
        [
            "sh",
            "-c",
            Script,
            "baton-stand-in",
            .. passedOn.Prepend(service).Select(n => n.ToString(CultureInfo.InvariantCulture)),
        ];
        using var arguments = new NativeStrings(words);
        using var variables = new NativeStrings([]);
        byte* none = stackalloc byte[Libc.SigsetBytes];
        _ = Libc.sigemptyset(none);
        _ = Libc.pthread_sigmask(Libc.SIG_SETMASK, none, null);

        // What native libraries have opened without close-on-exec must not live on.
        _ = Libc.syscall(Libc.SYS_close_range, FirstOfOthers, int.MaxValue, CloseOnExec, 0, 0);
        if (place == Line || Libc.dup2(place, Line) == Line)
        {
            _ = Libc.fcntl(place, Libc.F_SETFD, 0);
            _ = Libc.execve("/bin/sh", arguments.Pointer, variables.Pointer);
        }
    }
}
