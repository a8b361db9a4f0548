namespace Baton.Cli.CommandLine;

/// <summary>Exit codes. They are a contract, documented in docs/cli.md, and are never renumbered.</summary>
internal static class ExitCode
{
    /// <summary>Success. Of a restart: the new generation serves for good.</summary>
    internal const int Done = 0;

    /// <summary>
    /// The operation was begun and failed; the old process serves. Of a restart: it never stopped, see <see cref="RolledBack"/>.
    /// </summary>
    internal const int Failed = 1;

    /// <summary>The command line is wrong, or names more than one service.</summary>
    internal const int Usage = 2;

    /// <summary>There is no such service.</summary>
    internal const int NotFound = 3;

    /// <summary>The service refused before it began: it is busy, or the request is not allowed.</summary>
    internal const int Refused = 4;

    /// <summary>Not over within <c>--timeout</c>; the operation goes on.</summary>
    internal const int TimedOut = 5;

    /// <summary>
    /// The service is there and does not answer: it is stopped, or hangs. Nothing was done. Do not start a second one.
    /// </summary>
    internal const int NoAnswer = 6;

    /// <summary>Of a restart: the new process served and was taken back; the old one serves again.</summary>
    internal const int RolledBack = 7;

    /// <summary>Of <c>run</c>: work of the service was cut when it ended. The service's own code.</summary>
    internal const int WorkCut = 124;

    /// <summary>Of <c>run</c>: it could not do its own work, as without /proc.</summary>
    internal const int OwnFailure = 125;

    /// <summary>Of <c>run</c>: the program can't be executed.</summary>
    internal const int NotExecutable = 126;

    /// <summary>Of <c>run</c>: there is no such program.</summary>
    internal const int NoProgram = 127;

    /// <summary>Stopped watching, by ^C; the operation goes on. By SIGTERM it is <see cref="Terminated"/>.</summary>
    internal const int Interrupted = 130;

    /// <summary>As <see cref="Interrupted"/>, by SIGTERM.</summary>
    internal const int Terminated = 143;
}
