using System.Globalization;
using System.Runtime.InteropServices;

namespace Baton.Processes;

/// <summary>
/// Linux signal numbers and names (signal(7), the same on x64 and arm64). <see cref="PosixSignal"/> names some signals by
/// negative values and takes any other by number.
/// </summary>
internal static class SignalNumber
{
    internal const int SIGHUP = 1;
    internal const int SIGINT = 2;
    internal const int SIGQUIT = 3;
    internal const int SIGUSR1 = 10;
    internal const int SIGUSR2 = 12;
    internal const int SIGKILL = 9;
    internal const int SIGTERM = 15;
    internal const int SIGCONT = 18;
    internal const int SIGSTOP = 19;
    internal const int SIGTSTP = 20;
    internal const int SIGWINCH = 28;

    /// <summary>The last real-time signal.</summary>
    internal const int Last = 64;

    // By number. 32 and 33 belong to the C library's threads, 34 to the runtime.
    private static readonly string[] Names =
    [
        "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
        "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
        "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ",
        "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    // SIGHUP is -1, SIGINT -2 and so on, in the order of the enumeration.
    private static ReadOnlySpan<byte> Named => [0, 1, 2, 3, 15, 17, 18, 28, 21, 22, 20];

    internal static int Of(PosixSignal signal) =>
        (int)signal >= 0 ? (int)signal : -(int)signal < Named.Length ? Named[-(int)signal] : 0;

    /// <summary>By name where there is one: other platforms than Linux have only those.</summary>
    internal static PosixSignal ToPosix(int number) =>
        Named.IndexOf((byte)number) is > 0 and int i ? (PosixSignal)(-i) : (PosixSignal)number;

    internal static string NameOf(PosixSignal signal) => NameOf(Of(signal));

    internal static string NameOf(int number) =>
        number > 0 && number < Names.Length ? Names[number] : string.Create(CultureInfo.InvariantCulture, $"signal {number}");

    /// <summary>Reads a name, with or without SIG, or a number.</summary>
    /// <returns>The number; 0 if there is no such signal.</returns>
    internal static int Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number <= Last ? number : 0;
        }

        string name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        int found = Array.FindIndex(Names, n => n.Length > 0 && n.AsSpan(3).Equals(name, StringComparison.OrdinalIgnoreCase));
        return Math.Max(found, 0);
    }

    /// <summary>Why an action cannot be bound to a signal; null if it can.</summary>
    internal static string? WhyNot(int number) => number switch
    {
        <= 0 or > Last => "there is no such signal",
        9 or 19 => "the kernel lets no process catch it",
        4 or 5 or 6 or 7 or 8 or 11 or 16 or 31 => "it says that the program itself is broken",
        13 => "the runtime ignores it, so that a lost client is an error of a write",
        17 => "the runtime needs it to notice the end of processes",
        18 => "the runtime needs it to restore the terminal after a stop",
        32 or 33 or 34 => "the C library and the runtime need it for their threads",
        _ => null,
    };
}
