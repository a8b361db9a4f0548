namespace Baton.Control;

/// <summary>
/// One line of an answer on the control socket. A closed set: a kind that is not here is of a newer version, and passed over.
/// </summary>
internal abstract record ControlAnswer
{
    private ControlAnswer()
    {
    }

    /// <summary>The whole status.</summary>
    internal sealed record Status(RestartStatus Value) : ControlAnswer;

    /// <summary>The operation has begun in this process, or waits.</summary>
    /// <param name="Pid">The process that was asked.</param>
    /// <param name="Generation">Its generation.</param>
    /// <param name="Until">What a held restart waits for, such as "the probation is over"; null if it is not held.</param>
    internal sealed record Accepted(int Pid, int Generation, string? Until) : ControlAnswer
    {
        internal bool Held => Until is not null;
    }

    /// <summary>What a restart is doing now.</summary>
    /// <param name="Name">As in <see cref="RestartPhase"/>.</param>
    /// <param name="Detail">How far it is; empty for nothing to say.</param>
    /// <param name="Elapsed">Since the restart began.</param>
    internal sealed record Phase(PhaseName Name, string Detail, TimeSpan Elapsed) : ControlAnswer;

    /// <summary>A process has come to another state.</summary>
    internal sealed record State(int Pid, int Generation, ProcessState Previous, ProcessState Now) : ControlAnswer;

    /// <summary>The successor was started.</summary>
    internal sealed record Successor(int Pid, int Generation) : ControlAnswer;

    /// <summary>What the process that answers still has to do.</summary>
    /// <param name="Generation">The process and what is open.</param>
    /// <param name="Elapsed">Since it began to drain.</param>
    /// <param name="Limit">All the time it has, from its beginning; null for no limit.</param>
    internal sealed record Drain(GenerationStatus Generation, TimeSpan Elapsed, TimeSpan? Limit) : ControlAnswer;

    /// <summary>What became of the operation; once.</summary>
    /// <param name="Succeeded">Whether it came about.</param>
    /// <param name="Failure">Why not: a name of <see cref="RestartFailure"/>, maybe of a newer version; null if it did.</param>
    /// <param name="Explanation">The same in words.</param>
    /// <param name="Record">The restart; null for other operations, and where nothing was begun.</param>
    /// <param name="KeepsServing">Whether the process that answers goes on serving.</param>
    internal sealed record Outcome(bool Succeeded, string? Failure, string Explanation, RestartRecord? Record, bool KeepsServing) : ControlAnswer;

    /// <summary>The last line, always.</summary>
    /// <param name="Failure">
    /// Why nothing was begun: a name of <see cref="RestartFailure"/>, or one of <see cref="ControlProtocol"/>; null if the
    /// operation began, whatever became of it.
    /// </param>
    /// <param name="Explanation">The same in words.</param>
    internal sealed record End(string? Failure, string Explanation) : ControlAnswer;

    /// <summary>A line of a newer version.</summary>
    internal sealed record Unknown(string Kind) : ControlAnswer;
}
