using Baton.Handover;
using Baton.Interop;

namespace Baton.Tests.Support;

/// <summary>A successor that is only the other end of a real channel.</summary>
internal sealed class ChannelSuccessor : ISuccessor, IDisposable
{
    private readonly HandoverChannel _ours;
    private readonly HandoverChannel _theirs;

    internal ChannelSuccessor()
    {
        (_ours, Descriptor theirs) = HandoverChannel.CreatePair(Deadline.Limit);
        _theirs = new HandoverChannel(theirs, Deadline.Limit);
    }

    public int Pid => 4712;

    public string? Dump => null;

    public bool IsTaker => false;

    public bool Lives { get; init; } = true;

    public bool HasUnheard => false;

    public int ListenersGiven => 0;

    public bool PassAtCommit() => false;

    public void Commit(HandoverMessage.Commit commit) => _ours.Send(commit);

    public void Confirm(IReadOnlyList<(OlderProcess Process, Descriptor Channel)> older) =>
        _ours.Send(new HandoverMessage.Confirmed([.. older.Select(o => o.Process)]), [.. older.Select(o => o.Channel.Number)]);

    public void TryTell(HandoverMessage message) => _ours.TrySend(message);

    public Descriptor? Detach(TimeSpan limit) => null;

    public void Kill()
    {
    }

    /// <summary>What it hears.</summary>
    internal Received Hears() => _theirs.Receive()!;

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }
}
