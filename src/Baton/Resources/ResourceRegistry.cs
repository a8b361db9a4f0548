using System.Runtime.InteropServices;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// The resources of this process, inherited and for its successor. It has three sets of listeners: used ones, unused ones, and
/// narrower ones that a wider one replaces. Safe to call from any thread.
/// </summary>
internal sealed class ResourceRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, HeldListener> _held = [];
    private readonly Dictionary<ResourceKey, HeldListener> _beside = [];
    private readonly EventPolls _polls = new();
    private readonly Sharing _sharing = new();
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _sharingOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<ResourceKey>? _dropped;
    private Action? _changed;
    private bool _released;

    internal ResourceRegistry(ILogger logger)
    {
        (_logger, AtCommit, Moving, Handles) = (logger, new(logger), new(logger), new PassedHandles(_polls, logger));
        Unclaimed = new UnclaimedResources(_gate, _sharing, _polls, Handles, logger);
        ToSuccessor = new PassingOn(_gate, _sharing, () => _held.Values, Unclaimed, Handles);
    }

    internal UnclaimedResources Unclaimed { get; }

    /// <summary>The resources that a successor gets.</summary>
    internal PassingOn ToSuccessor { get; }

    /// <summary>Files, pipes and connections of the application.</summary>
    internal PassedHandles Handles { get; }

    /// <summary>The resources that only one process may use.</summary>
    internal CommitResources AtCommit { get; }

    /// <summary>The idle connections that move between this process and others.</summary>
    internal MovingConnections Moving { get; }

    internal Task SharingOver => _sharingOver.Task;

    /// <summary>Called when this process has left its sockets to another one.</summary>
    internal Action? LeftToAnother { private get; init; }

    /// <summary>Whether this process has handed over or is about to end: the process that serves needs the addresses.</summary>
    internal bool BindsNothing => _gate.Locked(() => _sharing.PassedOn || _released);

    /// <summary>Whether a living predecessor or successor has listeners too: an address in use may be theirs.</summary>
    internal bool HasKin => _gate.Locked(() => _sharing.WithPredecessor || _sharing.GiveMore is not null);

    internal IReadOnlyList<HeldListener> Held => _gate.Locked(() => _held.Values.ToArray());

    /// <summary>Whether a listener of the service is still unclaimed.</summary>
    internal bool HasUnclaimed => _gate.Locked(() => Unclaimed.OfService.Any());

    /// <summary>The keys that this process answers for, used or not. Its predecessor does not remove their paths.</summary>
    internal IReadOnlyList<ResourceKey> AnsweredFor =>
        [.. _gate.Locked(() => (ResourceKey[])[.. _held.Keys, .. Unclaimed.OfService]), .. AtCommit.Keys,
            .. Handles.Passed.Select(h => h.Key)];

    /// <summary>The listeners for systemd's store: bound here, or soon again.</summary>
    internal IReadOnlyList<(ResourceKey Key, Descriptor Descriptor)> Storable => _gate.Locked(
        () => _held.Values.Concat(Unclaimed.All).Where(l => l.Key.Policy.IsStored).Select(l => (l.Key, l.Descriptor)).ToArray());

    /// <summary>Another process keeps the listeners open, so a dropped one is kept until <see cref="CloseDropped"/>.</summary>
    internal void StoredElsewhere(Action<ResourceKey> dropped, Action changed) => (_dropped, _changed) = (dropped, changed);

    /// <summary>Takes over a listener that the predecessor has bound since the greeting.</summary>
    internal void InheritLater(ResourceKey key, Descriptor descriptor)
    {
        lock (_gate)
        {
            Unclaimed.CloseLost(key);
            if (!_released && !_sharing.PredecessorLeft && !_held.ContainsKey(key) && Unclaimed.Receive(key, descriptor))
            {
                _sharing.Inherited();
                return;
            }
        }

        // This process has one with the same key, or the predecessor is about to close it anyway.
        descriptor.Dispose();
    }

    /// <summary>The inherited listener of a request; null if there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="exact">Whether its ordinal counts.</param>
    /// <exception cref="InvalidOperationException">This process uses the wanted ordinal already.</exception>
    internal HeldListener? Take(ResourceKey request, bool exact = false)
    {
        Unclaimed.Await();
        lock (_gate)
        {
            if (exact && _held.ContainsKey(request))
            {
                throw new InvalidOperationException($"This process uses {request} already.");
            }

            return _released || Unclaimed.Take(request, exact) is not { } taken ? null : _held[taken.Key] = taken;
        }
    }

    /// <summary>The inherited listener of a kind at a wanted path, if it is still reachable there.</summary>
    internal HeldListener? Take(ResourceKind kind, Func<string, bool> wanted)
    {
        Unclaimed.Await();
        HeldListener? found = _gate.Locked(() => Unclaimed.All.FirstOrDefault(
            l => l.Key.Kind == kind && l.Key.Path is { } path && wanted(path) && l.IsReached));
        return found is null ? null : Take(found.Key.Request);
    }

    /// <summary>Holds a bound listener.</summary>
    /// <exception cref="RestartException">This process has given up its listeners.</exception>
    internal HeldListener Hold(ResourceKey request, Descriptor descriptor, bool exact = false)
    {
        HeldListener held;
        lock (_gate)
        {
            ResourceKey key = request;
            while (!exact && (_held.ContainsKey(key) || Unclaimed.Has(key)))
            {
                key = key with { Ordinal = key.Ordinal + 1 };
            }

            held = new HeldListener(key, descriptor, _polls, inherited: false);
            if (_released)
            {
                // Bound while this process gave up its listeners: nobody would ever close it.
                held.RemovePath();
                held.Dispose();
                throw new RestartException(
                    RestartFailure.Stopping,
                    $"Process {Environment.ProcessId} has given up its listeners and binds no others; {request} was asked for.");
            }

            _held[key] = held;
        }

        _changed?.Invoke();
        return held;
    }

    /// <summary>A socket to accept on. The listener is dropped when no accept uses it any more.</summary>
    internal ClaimedListener Adopt(HeldListener held, IReadOnlyList<ClaimedListener>? beside = null) =>
        held.Adopt(held.Key.Policy.OwnerKeeps ? static () => { } : () => Drop(held), beside);

    /// <summary>
    /// Takes inherited listeners that only the predecessor would accept on, to accept on them beside another one.
    /// </summary>
    internal HeldListener[] TakeBeside(Func<ResourceKey, bool> wanted) => _gate.Locked(() =>
    {
        HeldListener[] taken = _sharing.WithPredecessor ? Unclaimed.TakeAll(l => l.IsInherited && wanted(l.Key)) : [];
        Array.ForEach(taken, l => _beside.Add(l.Key, l));
        return taken;
    });

    /// <summary>
    /// No endpoint here uses it any more: it was removed, or is bound anew in a moment. It is kept if it could not be bound again
    /// at once.
    /// </summary>
    internal void Drop(HeldListener listener)
    {
        lock (_gate)
        {
            bool wasHeld = _held.Remove(listener.Key);
            if (_released || !(wasHeld || _beside.Remove(listener.Key)))
            {
                return;
            }

            bool isActivated = listener.Key.Activated is not null;
            if (isActivated || _sharing.IsShared(listener) || (wasHeld && _dropped is not null))
            {
                Unclaimed.Add(listener);
                if (wasHeld && !isActivated)
                {
                    _dropped?.Invoke(listener.Key);
                }

                return;
            }
        }

        Close(listener);
    }

    /// <summary>The facts about an address in use, and about listeners on it.</summary>
    internal AddressFacts Look(ResourceKey request, Func<HeldListener, bool> isHolder) => _gate.Locked(() => new AddressFacts(
        Unclaimed.HasAny(request), Unclaimed.HasLost(request), _sharing.HasServed,
        string.Join(", ", _held.Values.Concat(Unclaimed.All).Where(isHolder).Select(l => l.Key))));

    /// <summary>The successor that <see cref="PassingOn.All"/> was called for has ended.</summary>
    internal void EndPassingOn(Func<ResourceKey, SafeHandle, bool> more)
    {
        if (ToSuccessor.End(more))
        {
            CloseUnclaimed();
        }
    }

    /// <summary>
    /// While a successor serves our listeners, none is closed or removed alone: all go at
    /// <see cref="Release(IReadOnlyCollection{ResourceKey})"/>, or stay ours if the successor gives back.
    /// </summary>
    internal void SetPassedOn(bool passedOn)
    {
        if (passedOn)
        {
            ToSuccessor.Settling?.Invoke();
        }

        _gate.Locked(() => _sharing.SetPassedOn(passedOn));
    }

    /// <summary>The predecessor has closed its listeners, or is about to: unused ones are closed.</summary>
    internal void EndSharing()
    {
        _gate.Locked(_sharing.EndWithPredecessor);
        CloseUnclaimed();
        _sharingOver.TrySetResult();
    }

    /// <summary>Closes listeners that this configuration does not use and no other process has.</summary>
    internal void CloseUnclaimed() => CloseUnclaimed(l => !_sharing.IsShared(l) || (l.Key.Policy.OwnerKeeps && !l.WasClaimed));

    /// <summary>
    /// Closes a dropped listener that was not claimed again, and removes its path. It stays while a predecessor has it too.
    /// </summary>
    internal void CloseDropped(ResourceKey key) => CloseUnclaimed(l => l.Key == key && !_sharing.IsShared(l));

    /// <summary>Closes our descriptors for good. Removes paths, except those that the successor claimed.</summary>
    internal void Release(IReadOnlyCollection<ResourceKey> claimedBySuccessor)
    {
        HeldListener[] released;
        HashSet<ResourceKey> stay;
        lock (_gate)
        {
            _released = true;
            stay = [.. claimedBySuccessor, .. _sharing.GivenLater];
            released =
            [
                .. TakeHeld(l => !l.Key.Policy.OwnerKeeps || claimedBySuccessor.Contains(l.Key)),
                .. Unclaimed.TakeAll(static _ => true), .. _beside.Values,
            ];
            _beside.Clear();
            Unclaimed.Activated.Clear();
            _sharing.Ungive();
        }

        Array.ForEach(released, l => Dispose(l, removePath: !stay.Contains(l.Key)));
        AtCommit.Release(claimedBySuccessor);
        bool elsewhere = claimedBySuccessor.Count > 0;
        Handles.Release(elsewhere);
        if (elsewhere)
        {
            LeftToAnother?.Invoke();
        }
    }

    internal void Release(ResourceKind kind) =>
        Array.ForEach(_gate.Locked(() => TakeHeld(l => l.Key.Kind == kind)), l => Dispose(l, removePath: true));

    private HeldListener[] TakeHeld(Func<HeldListener, bool> which)
    {
        HeldListener[] taken = [.. _held.Values.Where(which)];
        Array.ForEach(taken, l => _held.Remove(l.Key));
        return taken;
    }

    private void CloseUnclaimed(Func<HeldListener, bool> which)
    {
        foreach (HeldListener listener in _gate.Locked(() => Unclaimed.TakeAll(which)))
        {
            Close(listener);
            _changed?.Invoke();
        }
    }

    private void Close(HeldListener listener)
    {
        Dispose(listener, removePath: true);
        (listener.WasClaimed ? _logger.ListenerClosed : (Action<string>)_logger.ListenerUnclaimed)(listener.Key.ToString());
    }

    private void Dispose(HeldListener listener, bool removePath)
    {
        if (removePath && _gate.Locked(() => _sharing.OwnsPath(listener)))
        {
            listener.RemovePath();
        }

        listener.Dispose();
    }
}
