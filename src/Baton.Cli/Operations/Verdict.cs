using Baton.Cli.CommandLine;

namespace Baton.Cli.Operations;

/// <summary>What became of an operation, for the exit code, for people and for programs.</summary>
/// <param name="ExitCode">One of <see cref="CommandLine.ExitCode"/>.</param>
/// <param name="Failure">One word, such as a name of <see cref="RestartFailure"/>; null if what was asked for holds.</param>
/// <param name="Explanation">The same in words, for people: what happened, what holds now.</param>
internal sealed record Verdict(int ExitCode, string? Failure, string Explanation)
{
    /// <summary>The restart, if the service told of it.</summary>
    internal RestartRecord? Record { get; init; }

    /// <summary>What serves now; null if that was not asked, or nobody answered.</summary>
    internal RestartStatus? Serving { get; init; }

    internal static Verdict Done(string explanation) => new(CommandLine.ExitCode.Done, null, explanation);

    internal static Verdict Failed(string? failure, string explanation) => new(CommandLine.ExitCode.Failed, failure ?? "Failed", explanation);

    /// <summary>What the service said instead of beginning.</summary>
    internal static Verdict Refused(string failure, string explanation) => new(Refusal.ExitCodeOf(failure), failure, explanation);
}
