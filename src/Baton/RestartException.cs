namespace Baton;

/// <summary>
/// A restart was refused or failed. The message says what was tried, what happened and what holds now; the rest is for programs.
/// </summary>
/// <param name="failure">The reason.</param>
/// <param name="message">What was tried, what happened, what holds now.</param>
/// <param name="inner">The cause, if another exception was.</param>
public sealed class RestartException(RestartFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The reason.</summary>
    public RestartFailure Failure { get; } = failure;

    /// <summary>Whether the restart was refused: nothing was begun.</summary>
    public bool IsRefusal => Failure.IsRefusal();

    /// <summary>What the successor itself said was wrong: its exception, its health report. Null if it said nothing.</summary>
    public string? SuccessorWords { get; init; }

    /// <summary>The successor's exit code; null if it has not ended, or by a signal.</summary>
    public int? SuccessorExitCode { get; init; }

    /// <summary>The signal that ended the successor; null if none did.</summary>
    public int? SuccessorSignal { get; init; }

    /// <summary>What the time went into until then, in order; empty for a refusal.</summary>
    public IReadOnlyList<RestartPhase> Phases { get; init; } = [];
}
