using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// Resources that this process has and does not use: inherited and not claimed yet, or dropped while another process has them
/// too. Part of the registry; takes its lock where it is called from any thread.
/// </summary>
/// <param name="gate">The registry's lock.</param>
/// <param name="sharing">The registry's sharing.</param>
/// <param name="polls">The registry's epoll sets.</param>
/// <param name="handles">Gets the application's handles.</param>
/// <param name="logger">Logs lost paths.</param>
internal sealed class UnclaimedResources(
    Lock gate, Sharing sharing, EventPolls polls, PassedHandles handles, ILogger logger)
{
    private readonly Dictionary<ResourceKey, HeldListener> _listeners = [];
    private readonly HashSet<ResourceKey> _received = [];
    private readonly HashSet<ResourceKey> _lostPaths = [];
    private Task _arrival = Task.CompletedTask;

    /// <summary>Sockets of systemd. A successor gets them too.</summary>
    internal ActivatedSockets Activated { get; } = new();

    internal IEnumerable<HeldListener> All => _listeners.Values;

    internal IEnumerable<ResourceKey> OfService => _listeners.Keys.Where(k => k.Policy.IsOfService);

    /// <summary>The predecessor, which may bind an address after the greeting; null if that does not matter.</summary>
    internal LivingPredecessor? Predecessor { get; private set; }

    /// <summary>The number of unclaimed listeners of the service; from any thread.</summary>
    internal int Count
    {
        get
        {
            lock (gate)
            {
                return OfService.Count() + Activated.All.Count();
            }
        }
    }

    /// <summary>What a predecessor or systemd's store passed to this process, used or not; from any thread.</summary>
    internal IReadOnlyList<ResourceKey> Received
    {
        get
        {
            lock (gate)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>No listener is claimed before this completes: it may still be on its way.</summary>
    internal void AwaitArrival(Task arrival, LivingPredecessor? predecessor = null) =>
        (_arrival, Predecessor) = (arrival, predecessor);

    internal void Await() => _arrival.GetAwaiter().GetResult();

    /// <summary>Searches the unused sockets of systemd; from any thread.</summary>
    internal T AskActivated<T>(Func<ActivatedSockets, T> ask)
    {
        Await();
        lock (gate)
        {
            return ask(Activated);
        }
    }

    /// <summary>Takes over a resource of the predecessor; from any thread.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="descriptor">Owned from now on.</param>
    /// <param name="file">See <see cref="HeldListener.PathIdentity"/>.</param>
    /// <exception cref="RestartException">It was passed already.</exception>
    internal void Inherit(ResourceKey key, Descriptor descriptor, string file = "")
    {
        lock (gate)
        {
            sharing.Inherited();
            if (!Receive(key, descriptor, file))
            {
                throw new RestartException(RestartFailure.ProtocolError, $"The listener {key} was passed twice.");
            }
        }
    }

    /// <summary>Takes the sockets that systemd made or stored for this service; from any thread.</summary>
    internal void TakeFromSystemd(ResourceKey key, Descriptor descriptor)
    {
        lock (gate)
        {
            if (!Receive(key, descriptor))
            {
                // Stored twice under one name: one is enough.
                descriptor.Dispose();
            }
        }
    }

    /// <returns>False if the key exists.</returns>
    internal bool Receive(ResourceKey key, Descriptor descriptor, string file = "")
    {
        if (key.Activated is not null)
        {
            Activated.Add(key, descriptor);
            return true;
        }

        if (key.Kind == ResourceKind.Passed)
        {
            handles.Receive(key.Name, descriptor);
            return true;
        }

        if (key.Policy.IsOfService)
        {
            _received.Add(key);
        }

        return _listeners.TryAdd(key, new HeldListener(key, descriptor, polls, inherited: true, file));
    }

    internal void Add(HeldListener listener)
    {
        if (listener.Key.Activated is not null)
        {
            Activated.Add(listener.Key, listener.Descriptor);
        }
        else
        {
            _listeners[listener.Key] = listener;
        }
    }

    internal bool Has(ResourceKey key) => _listeners.ContainsKey(key);

    internal bool HasAny(ResourceKey request) => _listeners.Keys.Any(k => k.Distance(request) is not null);

    /// <summary>One that has the label of a request, and another address; null for none. From any thread.</summary>
    internal ResourceKey? Elsewhere(ResourceKey request) => gate.Locked(() => request.Label is { } label
        ? _listeners.Keys.Where(k => k.Kind == request.Kind && k.Label == label).Cast<ResourceKey?>().FirstOrDefault()
        : null);

    /// <summary>Whether a matching listener was received whose path another socket has by now.</summary>
    internal bool HasLost(ResourceKey request) => _lostPaths.Contains(request);

    /// <summary>The best one for a request; the caller owns it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="exact">Whether its ordinal counts.</param>
    internal HeldListener? Take(ResourceKey request, bool exact = false)
    {
        ResourceKey key = _listeners.Keys
            .Where(k => k.Distance(request) is not null && (!exact || k.Ordinal == request.Ordinal))
            .OrderBy(k => k.Distance(request)).ThenBy(k => k.Ordinal)
            .FirstOrDefault();
        if (!_listeners.Remove(key, out HeldListener? listener))
        {
            return Activated.Take(request) is { } taken
                ? new HeldListener(taken.Key, taken.Descriptor, polls, inherited: true)
                : null;
        }

        if (listener.IsReached)
        {
            return listener;
        }

        // Clients cannot reach it any more: the claim binds a new one, and the predecessor accepts the rest of its queue.
        listener.Dispose();
        _lostPaths.Add(request);
        logger.ListenerPathLost(key.ToString());
        return null;
    }

    /// <summary>Closes one that the predecessor has bound anew because clients could not reach it.</summary>
    internal void CloseLost(ResourceKey key)
    {
        if (_listeners.TryGetValue(key, out HeldListener? lost) && !lost.IsReached)
        {
            _listeners.Remove(key);
            lost.Dispose();
        }
    }

    /// <summary>All matching ones; the caller owns them.</summary>
    internal HeldListener[] TakeAll(Func<HeldListener, bool> wanted)
    {
        HeldListener[] taken = [.. _listeners.Values.Where(wanted)];
        Array.ForEach(taken, l => _listeners.Remove(l.Key));
        return taken;
    }
}
