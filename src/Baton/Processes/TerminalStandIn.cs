using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Keeps the first process's place in its terminal after the handover: a shell waits for the process that it started, the kernel
/// hangs up a session whose leader ends, and Ctrl+C reaches only the foreground job. So the process executes /bin/sh in place:
/// same pid, no old code. It passes signals on to the process that serves, and ends with the service, with its exit code.
/// </summary>
internal static class TerminalStandIn
{
    private const int FirstOfOthers = 3;
    private const int CloseOnExec = 4; // CLOSE_RANGE_CLOEXEC, which musl does not have
    private const int Line = 9;

    // The terminal sends these signals to the whole job, so the service gets them too. SIGWINCH and the like end nobody.
    private static readonly int[] OfTerminal =
    [
        SignalNumber.SIGINT, SignalNumber.SIGQUIT, SignalNumber.SIGTSTP, SignalNumber.SIGWINCH,
    ];

    // It reads which process serves and the exit code of the last one, until no writer is left. While it waits for the sleep it
    // reaps its child.
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
    /// <param name="place">The pipe that it reads. Later generations find it by its number.</param>
    /// <param name="service">The process that serves.</param>
    /// <param name="signals">The signals that it passes on, besides SIGHUP and SIGTERM.</param>
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

        // Descriptors that native libraries opened without close-on-exec must not stay open.
        _ = Libc.syscall(Libc.SYS_close_range, FirstOfOthers, int.MaxValue, CloseOnExec, 0, 0);
        if (place == Line || Libc.dup2(place, Line) == Line)
        {
            _ = Libc.fcntl(place, Libc.F_SETFD, 0);
            _ = Libc.execve("/bin/sh", arguments.Pointer, variables.Pointer);
        }
    }
}
