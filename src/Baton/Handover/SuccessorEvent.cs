using Baton.Processes;

namespace Baton.Handover;

/// <summary>What becomes of a successor.</summary>
internal abstract record SuccessorEvent
{
    /// <summary>It said who it is.</summary>
    internal sealed record Greeted(string Program, int Listeners) : SuccessorEvent;

    internal sealed record Progress(string Phase, string Detail) : SuccessorEvent;

    internal sealed record Ready(IReadOnlyList<string> Claimed) : SuccessorEvent;

    /// <summary>It says itself that it can't serve, or no longer, and ends.</summary>
    internal sealed record Failed(string Reason) : SuccessorEvent;

    /// <summary>It makes progress, and this much is open there.</summary>
    internal sealed record Alive(int Connections, int Requests) : SuccessorEvent;

    /// <summary>
    /// It has stopped accepting and asks to be relieved; with <see cref="Ends"/> its application ends by itself.
    /// </summary>
    internal sealed record Unhealthy(string Reason, bool Ends = false) : SuccessorEvent;

    /// <summary>It was rolled back, and still has this to do.</summary>
    internal sealed record Remaining(GenerationStatus Status) : SuccessorEvent;

    /// <summary>It shuts down because somebody asked for that.</summary>
    internal sealed record Stopping(string Trigger) : SuccessorEvent;

    /// <summary>It starts a successor in turn: it heard nothing for so long that it no longer counts on this process.</summary>
    /// <param name="Successor">Its pid, once it is started.</param>
    internal sealed record HandedOn(int? Successor = null) : SuccessorEvent;

    /// <summary>It, or a later generation, wants this process to end now.</summary>
    internal sealed record ForceAsked(string Trigger) : SuccessorEvent;

    /// <summary>The conversation can't go on.</summary>
    internal sealed record Broken(RestartException Cause) : SuccessorEvent;

    /// <summary>It has closed its end of the channel although it lives: nothing more will be heard of it, whatever becomes of it.</summary>
    internal sealed record Closed : SuccessorEvent;

    /// <summary>It has ended and is reaped.</summary>
    internal sealed record Ended(ExitStatus Status) : SuccessorEvent;
}
