using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Listeners;

/// <content>
/// What this process shares with its predecessor and with its successor. As long as another process has a listener too, closing
/// ours would not free its address: one that the server drops is kept, to be claimed again or closed when nobody shares it.
/// </content>
public sealed partial class ListenerRegistry
{
    // What a living successor has, and those of them that it got after the greeting: it answers for their paths.
    private readonly HashSet<ListenerKey> _given = [];
    private readonly HashSet<ListenerKey> _givenLater = [];
    private Func<ListenerKey, Descriptor, bool>? _giveMore;
    private bool _released;
    private bool _passedOn;

    // While the predecessor has the same listeners.
    private bool _shared;
    private bool _sharingEnded;

    // Until this process has served, what it inherited is its predecessor's, which may serve on: its paths stay.
    private bool _served;

    /// <summary>
    /// Whether this process has handed over or is about to end: it must take no address from the process that serves.
    /// </summary>
    internal bool BindsNothing
    {
        get
        {
            lock (_gate)
            {
                return _passedOn || _released;
            }
        }
    }

    /// <summary>
    /// Whether a predecessor or a successor lives that has listeners too: an address in use may be theirs, and not for long.
    /// </summary>
    internal bool HasKin
    {
        get
        {
            lock (_gate)
            {
                return _shared || _giveMore is not null;
            }
        }
    }

    /// <summary>The keys that this process answers for, used or not: its predecessor removes the paths of no others.</summary>
    internal IReadOnlyList<string> AnsweredFor
    {
        get
        {
            lock (_gate)
            {
                return [.. _held.Values.Concat(_unused.Values.Where(l => !l.Key.IsControl)).Select(l => l.Key.ToString())];
            }
        }
    }

    /// <summary>What a successor gets: all that this process uses, and what systemd made that it does not use.</summary>
    /// <param name="more">Called, from any thread, with each listener that is bound while the successor lives; returns whether
    /// the successor gets it.</param>
    internal IReadOnlyList<PassedListener> PassOn(Func<ListenerKey, Descriptor, bool> more)
    {
        lock (_gate)
        {
            PassedListener[] passedOn =
            [
                .. _held.Values.Select(h => new PassedListener(h.Key, h.Descriptor, h.PathIdentity)), .. _activated.All.Select(a => new PassedListener(a.Key, a.Descriptor, "")),
            ];
            if (_giveMore != more)
            {
                Ungive();
            }

            _given.UnionWith(passedOn.Select(l => l.Key));
            _giveMore = more;
            return passedOn;
        }
    }

    /// <summary>The successor that <see cref="PassOn"/> was called for has ended.</summary>
    internal void EndPassingOn(Func<ListenerKey, Descriptor, bool> more)
    {
        lock (_gate)
        {
            if (_giveMore != more)
            {
                return;
            }

            Ungive();
        }

        CloseUnclaimed();
    }

    /// <summary>Takes over what the predecessor has bound since the greeting.</summary>
    internal void InheritLater(ListenerKey key, Descriptor descriptor)
    {
        lock (_gate)
        {
            if (_unused.TryGetValue(key, out HeldListener? lost) && !lost.IsReached)
            {
                // Bound anew by the predecessor, as nobody found this one any more.
                _unused.Remove(key);
                lost.Dispose();
            }

            if (!_released && !_sharingEnded && !_held.ContainsKey(key) && Receive(key, descriptor))
            {
                _shared = true;
                return;
            }
        }

        // This process has one of the same name, or the predecessor is about to close it anyway.
        descriptor.Dispose();
    }

    /// <summary>
    /// While a successor serves what we hold, nothing is closed or removed one by one: all goes at <see cref="Release"/>, or
    /// stays ours if the successor gives it back.
    /// </summary>
    internal void SetPassedOn(bool passedOn)
    {
        lock (_gate)
        {
            _passedOn = passedOn;
            _served |= !passedOn;
            if (!passedOn)
            {
                // A successor that there was serves no more.
                Ungive();
            }
        }
    }

    /// <summary>The predecessor has closed its listeners, or is about to: what nobody uses goes.</summary>
    internal void EndSharing()
    {
        lock (_gate)
        {
            _shared = false;
            _sharingEnded = true;
        }

        CloseUnclaimed();
        _sharingOver.TrySetResult();
    }

    /// <summary>Closes what nobody here uses and nobody else has: this configuration has no use for it.</summary>
    internal void CloseUnclaimed()
    {
        HeldListener[] unclaimed;
        lock (_gate)
        {
            // The predecessor keeps its control socket, where this process wants none or another.
            unclaimed = [.. _unused.Values.Where(l => !IsShared(l) || (l.Key.IsControl && !l.WasClaimed))];
            Array.ForEach(unclaimed, l => _unused.Remove(l.Key));
        }

        foreach (HeldListener listener in unclaimed)
        {
            Close(listener);
            _changed?.Invoke();
        }
    }

    /// <summary>
    /// Closes our descriptors for good. Paths of unix sockets go too, but not of those that the successor claimed.
    /// </summary>
    internal void Release(IReadOnlyCollection<string> claimedBySuccessor)
    {
        HeldListener[] released;
        HashSet<string> stay;
        lock (_gate)
        {
            _released = true;
            stay = [.. claimedBySuccessor, .. _givenLater.Select(k => k.ToString())];
            released = [.. _held.Values.Where(l => !StaysForNow(l, claimedBySuccessor)), .. _unused.Values, .. _beside.Values];
            Array.ForEach(released, l => _held.Remove(l.Key));
            _unused.Clear();
            _beside.Clear();
            _activated.Clear();
            Ungive();
        }

        foreach (HeldListener listener in released)
        {
            if (!stay.Contains(listener.Key.ToString()) && OwnsPath(listener))
            {
                listener.RemovePath();
            }

            listener.Dispose();
        }
    }

    // Bound while a successor starts, whose configuration may have the same address by now.
    private void GiveToSuccessor(HeldListener bound)
    {
        Func<ListenerKey, Descriptor, bool>? give;
        lock (_gate)
        {
            give = _giveMore;
        }

        if (give?.Invoke(bound.Key, bound.Descriptor) == true)
        {
            lock (_gate)
            {
                if (_giveMore == give)
                {
                    _given.Add(bound.Key);
                    _givenLater.Add(bound.Key);
                }
            }
        }
    }

    private bool OwnsPath(HeldListener listener) => (_served || !listener.IsInherited) && (!listener.Key.IsControl || listener.WasClaimed);

    // Under the lock.
    private bool IsShared(HeldListener listener) => _passedOn || _given.Contains(listener.Key) || (_shared && listener.IsInherited);

    // Under the lock.
    private void Ungive()
    {
        _giveMore = null;
        _given.Clear();
        _givenLater.Clear();
    }

    private ClaimedListener Adopt(HeldListener held) => held.Adopt(() => Drop(held));

    // The server let go of one listener: its configuration was reloaded without the endpoint, or with another certificate, and
    // then it binds the endpoint anew.
    private void Drop(HeldListener held)
    {
        lock (_gate)
        {
            if (_released || !_held.Remove(held.Key))
            {
                return;
            }

            if (held.Key.Activated is not null)
            {
                _activated.Add(held.Key, held.Descriptor);
                return;
            }

            if (IsShared(held) || _dropped is not null)
            {
                _unused[held.Key] = held;
                _dropped?.Invoke(held.Key);
                return;
            }
        }

        Close(held);
    }

    private void Close(HeldListener listener)
    {
        if (OwnsPath(listener))
        {
            listener.RemovePath();
        }

        listener.Dispose();
        if (listener.WasClaimed)
        {
            _logger.ListenerClosed(listener.Key.ToString());
        }
        else
        {
            _logger.ListenerUnclaimed(listener.Key.ToString());
        }
    }
}

/// <summary>A listener on its way to a successor.</summary>
/// <param name="Key">What it is known by.</param>
/// <param name="Descriptor">Still the registry's.</param>
/// <param name="File">See <see cref="HeldListener.PathIdentity"/>.</param>
internal sealed record PassedListener(ListenerKey Key, Descriptor Descriptor, string File);
