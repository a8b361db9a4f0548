using System.Runtime.InteropServices;

namespace Baton.Processes;

/// <summary>Linux numbers of signals: <see cref="PosixSignal"/> names some by negative values and takes any other by number.</summary>
internal static class SignalNumber
{
    internal const int SIGUSR2 = 12;

    // SIGHUP is -1, SIGINT -2 and so on, in the order of the enumeration.
    private static ReadOnlySpan<byte> Named => [0, 1, 2, 3, 15, 17, 18, 28, 21, 22, 20];

    internal static int Of(PosixSignal signal) => (int)signal < 0 ? Named[-(int)signal] : (int)signal;

    internal static string NameOf(PosixSignal signal) => ExitStatus.NameOf(Of(signal));
}
