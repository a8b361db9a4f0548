using Baton.Processes;

namespace Baton.Handover;

/// <summary>What becomes of a successor.</summary>
internal abstract record SuccessorEvent
{
    internal sealed record Progress(string Phase) : SuccessorEvent;

    internal sealed record Ready(IReadOnlyList<string> Claimed) : SuccessorEvent;

    /// <summary>It says itself that it can't serve, and ends.</summary>
    internal sealed record Failed(string Reason) : SuccessorEvent;

    /// <summary>The conversation can't go on.</summary>
    internal sealed record Broken(RestartException Cause) : SuccessorEvent;

    /// <summary>It has ended and is reaped. The last event of every successor.</summary>
    internal sealed record Ended(ExitStatus Status) : SuccessorEvent;
}
