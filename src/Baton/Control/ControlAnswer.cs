namespace Baton.Control;

/// <summary>One line of an answer on the control socket. Kinds of a newer version are skipped.</summary>
internal abstract record ControlAnswer
{
    private ControlAnswer()
    {
    }

    /// <summary>The whole status.</summary>
    internal sealed record Status(RestartStatus Value) : ControlAnswer;

    /// <summary>The operation has begun in this process, or is held.</summary>
    /// <param name="Pid">The process that was asked.</param>
    /// <param name="Generation">Its generation.</param>
    /// <param name="Until">What a held restart waits for, such as "the probation is over"; null if it is not held.</param>
    internal sealed record Accepted(int Pid, int Generation, string? Until) : ControlAnswer
    {
        internal bool Held => Until is not null;
    }

    /// <summary>To a process that takes over: with it come the channel of the handover, and a pidfd of this process.</summary>
    internal sealed record Channel(int Pid) : ControlAnswer;

    /// <summary>The current phase of a restart.</summary>
    /// <param name="Name">As in <see cref="RestartPhase"/>.</param>
    /// <param name="Detail">The progress within the phase; empty for none.</param>
    /// <param name="Elapsed">The time since the restart began.</param>
    internal sealed record Phase(PhaseName Name, string Detail, TimeSpan Elapsed) : ControlAnswer
    {
        /// <summary>How long the phase takes at most, of a probation; null if the service does not say.</summary>
        internal TimeSpan? Limit { get; init; }
    }

    /// <summary>A process has changed its state.</summary>
    internal sealed record State(int Pid, int Generation, ProcessState Previous, ProcessState Now) : ControlAnswer;

    /// <summary>The successor was started.</summary>
    internal sealed record Successor(int Pid, int Generation) : ControlAnswer;

    /// <summary>The open work of the process that answers.</summary>
    /// <param name="Generation">The process and its open work.</param>
    /// <param name="Elapsed">The time since the drain began.</param>
    /// <param name="Limit">The time limit of the whole drain; null for none.</param>
    internal sealed record Drain(GenerationStatus Generation, TimeSpan Elapsed, TimeSpan? Limit) : ControlAnswer;

    /// <summary>The outcome of the operation; sent once.</summary>
    /// <param name="Succeeded">Whether the operation succeeded.</param>
    /// <param name="Failure">The reason, maybe of a newer version; null for success.</param>
    /// <param name="Explanation">The same in words.</param>
    /// <param name="Record">The record of the restart; null for other operations, and if nothing was begun.</param>
    /// <param name="KeepsServing">Whether the process that answers goes on serving.</param>
    internal sealed record Outcome(
        bool Succeeded, AnswerFailure? Failure, string Explanation, RestartRecord? Record, bool KeepsServing)
        : ControlAnswer;

    /// <summary>The last line, always.</summary>
    /// <param name="Failure">
    /// Why nothing was begun; null if the operation began, whatever became of it.
    /// </param>
    /// <param name="Explanation">The same in words.</param>
    internal sealed record End(AnswerFailure? Failure, string Explanation) : ControlAnswer;

    /// <summary>A line of a newer version.</summary>
    internal sealed record Unknown(string Kind) : ControlAnswer;
}
