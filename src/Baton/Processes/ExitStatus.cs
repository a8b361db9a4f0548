using System.Globalization;

namespace Baton.Processes;

/// <summary>How a process ended: with a code, by a signal, or nobody knows.</summary>
internal readonly record struct ExitStatus(int? Code, int? Signal)
{
    internal static readonly ExitStatus Unknown;

    private static readonly Dictionary<int, string> Names = new()
    {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [4] = "SIGILL", [6] = "SIGABRT", [7] = "SIGBUS", [8] = "SIGFPE",
        [9] = "SIGKILL", [10] = "SIGUSR1", [11] = "SIGSEGV", [12] = "SIGUSR2", [13] = "SIGPIPE", [14] = "SIGALRM", [15] = "SIGTERM",
    };

    internal static string NameOf(int signal) =>
        Names.TryGetValue(signal, out string? name) ? name : string.Create(CultureInfo.InvariantCulture, $"signal {signal}");

    public override string ToString() => (Code, Signal) switch
    {
        ({ } code, _) => string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"),
        (_, { } signal) => $"was ended by {NameOf(signal)}",
        _ => "ended, its status unknown",
    };
}
