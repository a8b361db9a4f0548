using Baton.Cli.Discovery;

namespace Baton.Cli.CommandLine;

/// <summary>Ends a command. Caught in one place, which reports it to people and programs.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="failure">One word for programs, as in docs/cli.md.</param>
/// <param name="message">What was tried, what was found, what to do.</param>
internal sealed class CommandException(int exitCode, string failure, string message) : Exception(message)
{
    /// <summary>The processes of a service that does not answer.</summary>
    internal IReadOnlyList<ProcessSnapshot> Processes { get; init; } = [];

    internal int ExitCode => exitCode;

    internal string Failure => failure;
}
