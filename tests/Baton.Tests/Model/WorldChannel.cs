using Baton.Handover;

namespace Baton.Tests.Model;

/// <summary>
/// The channel between a process and its successor, each direction first in, first out. The successor's end may be passed on to a later generation, as the real one
/// is. Reports are left out: nothing is decided by them.
/// </summary>
internal sealed class WorldChannel(WorldProcess owner, WorldProcess successor)
{
    private bool _endTold;
    private bool _lossTold;

    internal WorldProcess Owner { get; } = owner;

    internal WorldProcess Successor { get; } = successor;

    /// <summary>Who has the successor's end; null while it is under way to a later generation, or lost with one.</summary>
    internal WorldProcess? Holder { get; set; } = successor;

    internal Queue<HandoverMessage> Down { get; } = new();

    internal Queue<HandoverMessage> Up { get; } = new();

    /// <summary>The channels that ride with the <see cref="HandoverMessage.Confirmed"/> in <see cref="Down"/>.</summary>
    internal List<WorldChannel> Riding { get; } = [];

    internal bool TellDown(HandoverMessage message)
    {
        if (message is HandoverMessage.Report || Holder is { Alive: false })
        {
            return message is HandoverMessage.Report;
        }

        Down.Enqueue(message);
        return true;
    }

    internal bool TellUp(HandoverMessage message, WorldProcess from)
    {
        if (Holder != from || !Owner.Alive)
        {
            return false;
        }

        Owner.World.Drifted |= message is HandoverMessage.HandedOn && Owner.State == ProcessState.HandedOver;
        Up.Enqueue(message);
        return true;
    }

    /// <summary>One message, or the end, reaches the predecessor. False if nothing was there.</summary>
    internal bool DeliverUp()
    {
        if (!Owner.CanRun)
        {
            return false;
        }

        // What a successor said comes before its end, as the real link has it.
        if (Up.TryDequeue(out HandoverMessage? message))
        {
            Owner.HearSuccessor(Successor, message);
            return true;
        }

        if (Successor.Alive || _endTold)
        {
            return false;
        }

        _endTold = true;
        Owner.HearEnd(Successor);
        return true;
    }

    /// <summary>One message, or the end, reaches the successor, or the later generation that has its channel.</summary>
    internal bool DeliverDown()
    {
        if (Holder is not { CanRun: true } holder)
        {
            return false;
        }

        if (Down.TryDequeue(out HandoverMessage? message))
        {
            if (message is HandoverMessage.Confirmed)
            {
                holder.Adopt(Riding);
            }

            if (holder == Successor)
            {
                holder.HearPredecessor(message);
            }

            return true;
        }

        if (Owner.Alive || _lossTold)
        {
            return false;
        }

        _lossTold = true;
        holder.Forget(this);
        if (holder == Successor)
        {
            holder.HearPredecessor(message: null);
        }

        return true;
    }

    public override string ToString() => $"{Owner.Name}->{Successor.Name}";
}
