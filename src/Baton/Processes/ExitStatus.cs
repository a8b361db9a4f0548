using System.Globalization;

namespace Baton.Processes;

/// <summary>How a process ended: with a code, by a signal, or nobody knows.</summary>
internal readonly record struct ExitStatus(int? Code, int? Signal)
{
    internal static readonly ExitStatus Unknown;

    public override string ToString() => (Code, Signal) switch
    {
        ({ } code, _) => string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"),
        (_, { } signal) => $"was ended by {SignalNumber.NameOf(signal)}",
        _ => "ended, its status unknown",
    };
}
