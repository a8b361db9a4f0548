using Baton.Cli.CommandLine;
using Baton.Control;

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

    /// <summary>Whether the explanation names the service: this program's own do, the service's do not.</summary>
    internal bool NamesService { get; init; }

    internal static OperationOutcome Done(string explanation) => new(CommandLine.ExitCode.Done, null, explanation);

    internal static OperationOutcome Failed(string failure, string explanation) =>
        new(CommandLine.ExitCode.Failed, failure, explanation);

    /// <summary>The service said that it was refused, or that it failed.</summary>
    internal static OperationOutcome Of(AnswerFailure failure, string explanation) =>
        new(ExitCodeOf(failure), failure.Name, explanation);

    /// <summary>A restart that was begun and failed.</summary>
    internal static OperationOutcome OfRestart(string failure, string explanation, RestartRecord? record)
    {
        bool served = record is { ServedAfter: not null, Failure: not (null or RestartFailure.Stopping) };
        int exitCode = served ? CommandLine.ExitCode.RolledBack : CommandLine.ExitCode.Failed;
        return new(exitCode, failure, explanation) { Record = record };
    }

    private static int ExitCodeOf(AnswerFailure failure) => failure.Category switch
    {
        FailureCategory.Refused => CommandLine.ExitCode.Refused,
        FailureCategory.BadRequest => CommandLine.ExitCode.Usage,
        _ => CommandLine.ExitCode.Failed,
    };
}
