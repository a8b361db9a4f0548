using Baton.Cli.CommandLine;

namespace Baton.Cli.Operations;

/// <summary>The outcome of an operation: an exit code, a failure for programs, an explanation for people.</summary>
/// <param name="ExitCode">One of <see cref="CommandLine.ExitCode"/>.</param>
/// <param name="Failure">One word, such as a name of <see cref="RestartFailure"/>; null for success.</param>
/// <param name="Explanation">What happened, and what holds now.</param>
internal sealed record OperationOutcome(int ExitCode, string? Failure, string Explanation)
{
    /// <summary>The record of the restart, if the service sent one.</summary>
    internal RestartRecord? Record { get; init; }

    /// <summary>The status of what serves now; null if that was not asked, or nobody answered.</summary>
    internal RestartStatus? Serving { get; init; }

    internal static OperationOutcome Done(string explanation) => new(CommandLine.ExitCode.Done, null, explanation);

    internal static OperationOutcome Failed(string? failure, string explanation) =>
        new(CommandLine.ExitCode.Failed, failure ?? "Failed", explanation);

    /// <summary>The service refused to begin.</summary>
    internal static OperationOutcome Refused(string failure, string explanation) =>
        new(Refusal.ExitCodeOf(failure), failure, explanation);
}
