using System.Diagnostics;
using Baton.Resources;

namespace Baton.Handover;

/// <summary>
/// What predecessor and successor say to each other; the table with sender and meaning is in docs/internals/handover.md. A closed
/// set: a kind that is not here is a protocol error unless its sender marked it optional.
/// </summary>
internal abstract record HandoverMessage
{
    private HandoverMessage()
    {
    }

    /// <summary>Successor, first of all: which protocol versions it speaks and who it is.</summary>
    internal sealed record Hello(int MinVersion, int MaxVersion, int Pid, string Program) : HandoverMessage
    {
        /// <summary>Whether it understands <see cref="MoreListeners"/>.</summary>
        internal bool TakesMore { get; init; }

        /// <summary>The kinds of <see cref="Resources"/> that it can load; none for an older version.</summary>
        internal IReadOnlyList<string> Loads { get; init; } = [];
    }

    /// <summary>
    /// Predecessor, in answer: the successor's generation, and a batch of listeners. <see cref="Keys"/> name the descriptors that
    /// ride with the message, in order; <see cref="More"/> announces another batch.
    /// </summary>
    internal sealed record Listeners(int Version, int Pid, int Generation, IReadOnlyList<string> Keys, bool More)
        : HandoverMessage
    {
        /// <summary>In the first one: the place of this restart in a trace; default for none.</summary>
        internal ActivityContext Trace { get; init; }

        /// <summary>
        /// What lay at the paths of unix sockets when they were bound, in the order of the keys; empty for nothing to say.
        /// </summary>
        internal IReadOnlyList<string> Files { get; init; } = [];

        /// <summary>
        /// Sent ahead of the greeting: these are all. What follows has the answer to the greeting, and what has been added
        /// meanwhile.
        /// </summary>
        internal bool All { get; init; }
    }

    /// <summary>
    /// Predecessor, after the greeting, to one that takes more: listeners that were bound since, as its configuration was read
    /// again. <see cref="Keys"/> name the descriptors that ride with the message, in order.
    /// </summary>
    internal sealed record MoreListeners(IReadOnlyList<string> Keys) : HandoverMessage;

    /// <summary>Successor: what it is doing, for people. Another detail of the same phase continues it.</summary>
    internal sealed record Progress(PhaseName Phase, string Detail) : HandoverMessage;

    /// <summary>Successor: it can serve. <see cref="Claimed"/> are the keys of the listeners it uses.</summary>
    internal sealed record Ready(IReadOnlyList<string> Claimed) : HandoverMessage;

    /// <summary>Successor: it can't serve, or no longer, and ends; and why. A second one has the better reason.</summary>
    internal sealed record Failed(string Reason) : HandoverMessage;

    /// <summary>
    /// Predecessor, in answer to ready, when it has stopped accepting: what only one process may use. <see cref="Keys"/> name the
    /// descriptors that ride with the message, in order. Only to one whose hello names their kinds.
    /// </summary>
    internal sealed record Resources(IReadOnlyList<string> Keys) : HandoverMessage
    {
        /// <summary>
        /// The application's state; of what is no part of this message the memory is among the keys.
        /// </summary>
        internal IReadOnlyList<StateRow> State { get; init; } = [];
    }

    /// <summary>Successor, in answer to <see cref="Resources"/>: it has them, and can be told to serve.</summary>
    internal sealed record Loaded : HandoverMessage;

    /// <summary>
    /// Predecessor, in answer to ready: it stopped accepting; open your gate. The successor is on probation for that long, zero
    /// for not at all, and says that it is alive at that interval.
    /// </summary>
    internal sealed record Commit(TimeSpan Probation, TimeSpan Heartbeat) : HandoverMessage
    {
        /// <summary>The number of the successor's term; 0 from an older version.</summary>
        internal long Term { get; init; }
    }

    /// <summary>Successor on probation: it makes progress, and this much is open.</summary>
    internal sealed record Alive(int Connections, int Requests) : HandoverMessage;

    /// <summary>
    /// Successor on probation: it has stopped accepting and asks its predecessor to take over again. With <see cref="Ends"/> its
    /// application ends by itself: an exception behind that may follow as <see cref="Failed"/>.
    /// </summary>
    internal sealed record Unhealthy(string Reason, bool Ends = false) : HandoverMessage
    {
        /// <summary>Whether <see cref="HandoverMessage.HandedBack"/> follows, which the predecessor is to wait for.</summary>
        internal bool HandsBack { get; init; }
    }

    /// <summary>
    /// Successor on probation, after unhealthy: the state that its predecessor wants back, in the form of
    /// <see cref="Resources"/>. May be passed over.
    /// </summary>
    /// <param name="Keys">Name the descriptors that ride with the message, in order.</param>
    /// <param name="State">What it hands back.</param>
    /// <param name="Missing">Why it does not hand back all; null if it does.</param>
    internal sealed record HandedBack(IReadOnlyList<string> Keys, IReadOnlyList<StateRow> State, string? Missing)
        : HandoverMessage;

    /// <summary>Successor on probation: somebody asked it to shut down, which is no reason to take over again.</summary>
    internal sealed record Stopping(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>
    /// Successor: it starts a successor in turn, which may come to serve. News only to a predecessor that was stopped for so long
    /// that this process no longer counts on it: from now on its end is no reason to take over again.
    /// </summary>
    /// <param name="Successor">Its pid; null before it is started, when it has proved itself, and from older versions.</param>
    internal sealed record HandedOn(int? Successor = null) : HandoverMessage;

    /// <summary>Predecessor, in answer to unhealthy: it serves again; finish what you have and end.</summary>
    internal sealed record TakenBack : HandoverMessage;

    /// <summary>
    /// Predecessor: the probation is over. <see cref="Older"/> are the generations before it that still live; the channels to
    /// them ride with the message, in order.
    /// </summary>
    internal sealed record Confirmed(IReadOnlyList<OlderProcess> Older) : HandoverMessage;

    /// <summary>
    /// Predecessor: somebody asked it to shut down while it waited for the probation to end, and meant the service.
    /// </summary>
    internal sealed record Shutdown(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>Successor that was rolled back, each second: what it still has to do. May be passed over.</summary>
    internal sealed record Remaining(GenerationStatus Status) : HandoverMessage;

    /// <summary>
    /// Predecessor, with the end of the probation: a signal asked it for a restart meanwhile, and meant the service.
    /// </summary>
    internal sealed record Restart(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>
    /// Predecessor, after the end of the probation: the last restarts of the service, this one first. May be passed over.
    /// </summary>
    internal sealed record History(IReadOnlyList<RestartRecord> Restarts) : HandoverMessage;

    /// <summary>Any generation to a later one: what it still has to do.</summary>
    internal sealed record Report(GenerationStatus Status) : HandoverMessage;

    /// <summary>Either: cut what is open and end.</summary>
    internal sealed record Force(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>Predecessor: this successor will not take over, and why.</summary>
    internal sealed record Refused(string Reason) : HandoverMessage;

    /// <summary>Either: a message of a newer version that may be passed over.</summary>
    internal sealed record Unknown(string Kind) : HandoverMessage;
}

/// <summary>A process of the service that still lives and only finishes its work, as a later one is told.</summary>
internal sealed record OlderProcess(int Pid, int Generation)
{
    /// <summary>
    /// Whether it was a successor that was rolled back: then another process served as this generation, or will.
    /// </summary>
    internal bool WasRolledBack { get; init; }
}
