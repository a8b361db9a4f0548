using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Listeners;

/// <content>
/// The control socket: passed on as the listeners are, but none of the service's. Where no successor has it, it stays until the process has nothing left to do,
/// so that one can ask what a process that ends still waits for.
/// </content>
public sealed partial class ListenerRegistry
{
    /// <summary>What the service listens on, by the text form of its keys.</summary>
    internal IEnumerable<string> ServiceKeys => Snapshot().Where(l => !l.Key.IsControl).Select(l => l.Key.ToString());

    internal int InheritedCount
    {
        get
        {
            lock (_gate)
            {
                return _unused.Keys.Count(k => !k.IsControl) + _activated.All.Count();
            }
        }
    }

    /// <summary>Whether something of the service was inherited that nobody has asked for yet.</summary>
    internal bool HasUnclaimed
    {
        get
        {
            lock (_gate)
            {
                return _unused.Keys.Any(k => !k.IsControl);
            }
        }
    }

    /// <summary>Whether this process still has the control socket.</summary>
    internal bool HasControl => Snapshot().Any(l => l.Key.IsControl);

    /// <summary>Inherits the control socket.</summary>
    /// <param name="wanted">Whether a path is where this process would have it.</param>
    /// <returns>Its path and a socket to accept on; null if the predecessor had none there.</returns>
    internal (string Path, ClaimedListener Claim)? InheritControl(Func<string, bool> wanted)
    {
        _inheritance.GetAwaiter().GetResult();
        ListenerKey? key;
        lock (_gate)
        {
            // One whose file is gone, or another's, is no use: this process binds its own.
            key = _unused.Values.Where(l => l.Key.IsControl && wanted(l.Key.Path!) && l.IsReached).Select(l => (ListenerKey?)l.Key).FirstOrDefault();
        }

        return key is { } found && TryInherit(found.Request) is { } held ? (found.Path!, AdoptControl(held)) : null;
    }

    /// <summary>Holds a control socket that was bound at a path.</summary>
    internal ClaimedListener HoldControl(string path, Socket bound)
    {
        HeldListener held = Hold(ListenerKey.OfControl(path).Request, Descriptor.TakeFrom(bound));
        ClaimedListener claim = AdoptControl(held);
        GiveToSuccessor(held);
        return claim;
    }

    /// <summary>Closes the control socket for good, and removes its path unless the successor has it.</summary>
    internal void ReleaseControl()
    {
        HeldListener[] held;
        lock (_gate)
        {
            held = [.. _held.Values.Where(l => l.Key.IsControl)];
            Array.ForEach(held, l => _held.Remove(l.Key));
        }

        foreach (HeldListener listener in held)
        {
            if (OwnsPath(listener))
            {
                listener.RemovePath();
            }

            listener.Dispose();
        }
    }

    // The one who accepts is done long before or after this one is released: nothing else is to happen then.
    private static ClaimedListener AdoptControl(HeldListener held) => held.Adopt(static () => { });

    private static bool StaysForNow(HeldListener listener, IReadOnlyCollection<string> claimedBySuccessor) =>
        listener.Key.IsControl && !claimedBySuccessor.Contains(listener.Key.ToString());
}
