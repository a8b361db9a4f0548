using Baton.Cli.Discovery;

namespace Baton.Cli.CommandLine;

/// <summary>A command that can't go on. Caught in one place, which tells people and programs.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="failure">One word for programs, as in docs/cli.md.</param>
/// <param name="message">What was tried, what was found, what to do.</param>
internal sealed class CommandException(int exitCode, string failure, string message) : Exception(message)
{
    /// <summary>Of a service that does not answer: what is known of its processes.</summary>
    internal IReadOnlyList<ProcessLook> Processes { get; init; } = [];

    internal int ExitCode => exitCode;

    internal string Failure => failure;
}
