using System.Globalization;

namespace Baton.Processes;

/// <summary>How a process ended: with a code, by a signal, or unknown.</summary>
internal readonly record struct ExitStatus(int? Code, int? Signal)
{
    internal static readonly ExitStatus Unknown;

    // Exit codes of .NET's host, which runs before the application's code.
    private const int NoHostLibrary = 131;
    private const int NoFramework = 150;

    public override string ToString() => (Code, Signal) switch
    {
        (NoHostLibrary, _) => $"exited with code {NoHostLibrary}, by which .NET says that it does not find its own files",
        (NoFramework, _) =>
            $"exited with code {NoFramework}, by which .NET says that it does not find the framework of the program",
        ({ } code, _) => string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"),
        (_, { } signal) => $"was ended by {SignalNumber.NameOf(signal)}",
        _ => "ended, its status unknown",
    };
}
