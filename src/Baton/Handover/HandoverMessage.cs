using System.Diagnostics;
using Baton.Resources;

namespace Baton.Handover;

/// <summary>
/// The messages between predecessor and successor; docs/internals/handover.md has a table. A closed set: an unknown kind is a
/// protocol error, unless its sender marked it optional.
/// </summary>
internal abstract record HandoverMessage
{
    private HandoverMessage()
    {
    }

    /// <summary>Whether it means nothing when its sender has died meanwhile.</summary>
    internal bool IsOfTheLiving => this is Alive or Force or ConfirmAsked;

    /// <summary>Successor, first message: its protocol versions and its identity.</summary>
    internal sealed record Hello(int MinVersion, int MaxVersion, int Pid, string Program) : HandoverMessage
    {
        /// <summary>Whether it understands <see cref="MoreListeners"/>.</summary>
        internal bool TakesMore { get; init; }

        /// <summary>The kinds of <see cref="Resources"/> that it can load; none for an older version.</summary>
        internal IReadOnlyList<string> Loads { get; init; } = [];
    }

    /// <summary>
    /// Predecessor, in answer: the successor's generation and a batch of listeners. <see cref="Keys"/> name the descriptors of
    /// the message, in order; <see cref="More"/> announces another batch.
    /// </summary>
    internal sealed record Listeners(int Version, int Pid, int Generation, IReadOnlyList<string> Keys, bool More)
        : HandoverMessage
    {
        /// <summary>In the first one: the place of the restart in a trace; default for none.</summary>
        internal ActivityContext Trace { get; init; }

        /// <summary>
        /// The files at the paths of unix sockets when they were bound, in the order of the keys; empty for none.
        /// </summary>
        internal IReadOnlyList<string> Files { get; init; } = [];

        /// <summary>
        /// Sent before the greeting: these are all listeners. The answer to the greeting follows, with those added meanwhile.
        /// </summary>
        internal bool All { get; init; }
    }

    /// <summary>
    /// Predecessor, after the greeting, if the successor takes more: listeners that were bound since. <see cref="Keys"/> name the
    /// descriptors of the message, in order.
    /// </summary>
    internal sealed record MoreListeners(IReadOnlyList<string> Keys) : HandoverMessage;

    /// <summary>
    /// Either: handles of the application are closed. From the predecessor before it hands over: its application has closed
    /// them. From a successor that serves: its application has not taken them. Optional.
    /// </summary>
    internal sealed record Dropped(IReadOnlyList<string> Keys) : HandoverMessage;

    /// <summary>Successor: its current phase. A new detail of the same phase continues it.</summary>
    internal sealed record Progress(PhaseName Phase, string Detail) : HandoverMessage;

    /// <summary>Successor: it can serve. <see cref="Claimed"/> are the keys of its listeners.</summary>
    internal sealed record Ready(IReadOnlyList<string> Claimed) : HandoverMessage
    {
        /// <summary>The kinds that it takes after the commit; none for an older version.</summary>
        internal IReadOnlyList<string> Takes { get; init; } = [];
    }

    /// <summary>
    /// Successor: it cannot serve, or no longer, and ends; with the reason. A second one has the better reason.
    /// </summary>
    internal sealed record Failed(string Reason) : HandoverMessage;

    /// <summary>
    /// Predecessor, in answer to ready, with its gate closed: the resources that only one process may use. <see cref="Keys"/>
    /// name the descriptors of the message, in order. Only kinds that the hello names.
    /// </summary>
    internal sealed record Resources(IReadOnlyList<string> Keys) : HandoverMessage
    {
        /// <summary>
        /// The application's state; of what is no part of this message the memory is among the keys.
        /// </summary>
        internal IReadOnlyList<StateRow> State { get; init; } = [];
    }

    /// <summary>Successor, in answer to <see cref="Resources"/>: it has loaded them and can be told to serve.</summary>
    internal sealed record Loaded : HandoverMessage;

    /// <summary>
    /// Predecessor, in answer to ready: it stopped accepting, and the successor opens its gate. With the time of the probation,
    /// zero for none, and the interval of signs of life.
    /// </summary>
    internal sealed record Commit(TimeSpan Probation, TimeSpan Heartbeat) : HandoverMessage
    {
        /// <summary>The number of the successor's term; 0 from an older version.</summary>
        internal long Term { get; init; }

        /// <summary>Whether the probation ends with a roll back unless it is confirmed.</summary>
        internal bool AwaitsConfirm { get; init; }
    }

    /// <summary>
    /// Predecessor, after the commit, to a successor that takes connections: with the message comes its end of a socket over
    /// which idle connections move in both directions. Optional.
    /// </summary>
    internal sealed record ConnectionChannel : HandoverMessage;

    /// <summary>
    /// Over the socket of <see cref="ConnectionChannel"/>, either way: idle connections. <see cref="Keys"/> name the listeners
    /// that accepted them, in the order of the descriptors. The answer is <see cref="Loaded"/>.
    /// </summary>
    /// <param name="Keys">The listeners.</param>
    /// <param name="Inputs">What was read of their next requests.</param>
    internal sealed record IdleConnections(IReadOnlyList<string> Keys, IReadOnlyList<byte[]> Inputs) : HandoverMessage;

    /// <summary>
    /// Newer process to an older one: with the message comes the older one's end of a socket over which requests are forwarded to
    /// it that belong to it. Optional.
    /// </summary>
    internal sealed record RequestChannel : HandoverMessage;

    /// <summary>Successor on probation: it makes progress, with its open work.</summary>
    internal sealed record Alive(int Connections, int Requests) : HandoverMessage
    {
        /// <summary>What its clients got since it began; null if it does not count.</summary>
        internal TrafficFigures? Traffic { get; init; }

        /// <summary>Its open work in full, for people; null from an older version.</summary>
        internal GenerationStatus? Status { get; init; }
    }

    /// <summary>
    /// Successor on probation: it has stopped accepting and asks its predecessor to take over again. With <see cref="Ends"/> its
    /// application ends by itself: an exception may follow as <see cref="Failed"/>.
    /// </summary>
    internal sealed record Unhealthy(string Reason, bool Ends = false) : HandoverMessage
    {
        /// <summary>Whether <see cref="HandoverMessage.HandedBack"/> follows, which the predecessor is to wait for.</summary>
        internal bool HandsBack { get; init; }

        /// <summary>Whether somebody asked for it: it is not unhealthy.</summary>
        internal bool IsAsked { get; init; }
    }

    /// <summary>Predecessor, during the probation: it is to give back, with the reason. Optional: else it is killed.</summary>
    internal sealed record GiveBack(string Reason) : HandoverMessage;

    /// <summary>Successor on a probation that waits for it: it is confirmed. Optional.</summary>
    internal sealed record ConfirmAsked(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>
    /// Successor on probation, after unhealthy: the state that its predecessor wants back, in the form of
    /// <see cref="Resources"/>. May be passed over.
    /// </summary>
    /// <param name="Keys">Name the descriptors that ride with the message, in order.</param>
    /// <param name="State">What it hands back.</param>
    /// <param name="Missing">Why it does not hand back all; null if it does.</param>
    internal sealed record HandedBack(IReadOnlyList<string> Keys, IReadOnlyList<StateRow> State, string? Missing)
        : HandoverMessage;

    /// <summary>Successor on probation: it was asked to shut down, which is no reason to take over again.</summary>
    internal sealed record Stopping(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>
    /// Successor: it starts its own successor, which may serve. Matters only to a predecessor that was stopped for so long that
    /// this process no longer waits for it: it must not take over again.
    /// </summary>
    /// <param name="Successor">Its pid; null before it is started, when it has proved itself, and from older versions.</param>
    internal sealed record HandedOn(int? Successor = null) : HandoverMessage;

    /// <summary>Predecessor, in answer to unhealthy: it serves again. The successor finishes and ends.</summary>
    internal sealed record TakenBack : HandoverMessage;

    /// <summary>
    /// Predecessor: the probation is over. <see cref="Older"/> are the older living generations; the channels to them come with
    /// the message, in order.
    /// </summary>
    internal sealed record Confirmed(IReadOnlyList<OlderProcess> Older) : HandoverMessage;

    /// <summary>Predecessor: it was asked to shut down during the probation, which means the service.</summary>
    internal sealed record Shutdown(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>Rolled-back successor, each second: its open work. Optional.</summary>
    internal sealed record Remaining(GenerationStatus Status) : HandoverMessage;

    /// <summary>Predecessor, at the end of the probation: a signal asked it for a restart, which means the service.</summary>
    internal sealed record Restart(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>Predecessor, after the end of the probation: the last restarts, this one first. Optional.</summary>
    internal sealed record History(IReadOnlyList<RestartRecord> Restarts) : HandoverMessage;

    /// <summary>An older generation to a later one: its open work.</summary>
    internal sealed record Report(GenerationStatus Status) : HandoverMessage;

    /// <summary>Either: cut the open work and end.</summary>
    internal sealed record Force(RestartTrigger Trigger) : HandoverMessage;

    /// <summary>Predecessor: this successor will not take over, with the reason.</summary>
    internal sealed record Refused(string Reason) : HandoverMessage;

    /// <summary>Either: an optional message of a newer version.</summary>
    internal sealed record Unknown(string Kind) : HandoverMessage;
}

/// <summary>A living process of the service that only finishes its work, for a later one.</summary>
internal sealed record OlderProcess(int Pid, int Generation)
{
    /// <summary>Whether it was rolled back as a successor: another process then serves, or served, as this generation.</summary>
    internal bool WasRolledBack { get; init; }
}
