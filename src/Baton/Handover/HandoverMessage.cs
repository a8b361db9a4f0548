namespace Baton.Handover;

/// <summary>
/// What predecessor and successor say to each other; the table with sender and meaning is in ARCHITECTURE.md. A closed set:
/// a kind that is not here is a protocol error unless its sender marked it optional.
/// </summary>
internal abstract record HandoverMessage
{
    private HandoverMessage()
    {
    }

    /// <summary>Successor, first of all: which protocol versions it speaks and who it is.</summary>
    internal sealed record Hello(int MinVersion, int MaxVersion, int Pid, string Program) : HandoverMessage;

    /// <summary>
    /// Predecessor, in answer: the successor's generation, and a batch of listeners. <see cref="Keys"/> name the descriptors that ride
    /// with the message, in order; <see cref="More"/> announces another batch.
    /// </summary>
    internal sealed record Listeners(int Version, int Pid, int Generation, IReadOnlyList<string> Keys, bool More) : HandoverMessage;

    /// <summary>Successor: what it is doing, for people.</summary>
    internal sealed record Progress(string Phase) : HandoverMessage;

    /// <summary>Successor: it can serve. <see cref="Claimed"/> are the keys of the listeners it uses.</summary>
    internal sealed record Ready(IReadOnlyList<string> Claimed) : HandoverMessage;

    /// <summary>Successor: it can't serve, and why.</summary>
    internal sealed record Failed(string Reason) : HandoverMessage;

    /// <summary>Predecessor, in answer to ready: it stopped accepting; open your gate.</summary>
    internal sealed record Commit : HandoverMessage;

    /// <summary>Predecessor: this successor will not take over, and why.</summary>
    internal sealed record Refused(string Reason) : HandoverMessage;

    /// <summary>Either: a message of a newer version that may be passed over.</summary>
    internal sealed record Unknown(string Kind) : HandoverMessage;
}
