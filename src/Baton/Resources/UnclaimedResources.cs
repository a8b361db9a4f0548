using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// What this process has and nothing in it uses: received from a predecessor or systemd and not asked for yet, or dropped while
/// another process has it too. A part of the registry, whose lock it takes where it is called from any thread.
/// </summary>
/// <param name="gate">The registry's.</param>
/// <param name="sharing">The registry's.</param>
/// <param name="polls">The registry's.</param>
/// <param name="logger">For paths that are lost.</param>
internal sealed class UnclaimedResources(Lock gate, Sharing sharing, EventPolls polls, ILogger logger)
{
    private readonly Dictionary<ResourceKey, HeldListener> _listeners = [];
    private readonly HashSet<ResourceKey> _received = [];
    private readonly HashSet<ResourceKey> _lostPaths = [];
    private Task _arrival = Task.CompletedTask;

    /// <summary>Those that systemd made. A successor gets them, too.</summary>
    internal ActivatedSockets Activated { get; } = new();

    internal IEnumerable<HeldListener> All => _listeners.Values;

    internal IEnumerable<ResourceKey> OfService => _listeners.Keys.Where(k => k.Policy.IsOfService);

    /// <summary>The predecessor, which may bind an address after the greeting; null if that is of no interest.</summary>
    internal LivingPredecessor? Predecessor { get; private set; }

    /// <summary>How much of the service was inherited and not asked for yet; from any thread.</summary>
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

    /// <summary>What a predecessor or systemd's store has given to this process, used or not; from any thread.</summary>
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

    /// <summary>Until this completes nobody gets a listener: it may be among those that are still on their way.</summary>
    internal void AwaitArrival(Task arrival, LivingPredecessor? predecessor = null) =>
        (_arrival, Predecessor) = (arrival, predecessor);

    internal void Await() => _arrival.GetAwaiter().GetResult();

    /// <summary>Asks the sockets that systemd made and nothing here uses; from any thread.</summary>
    internal T AskActivated<T>(Func<ActivatedSockets, T> ask)
    {
        Await();
        lock (gate)
        {
            return ask(Activated);
        }
    }

    /// <summary>Takes over what the predecessor passed on; from any thread.</summary>
    /// <param name="key">What it is known by.</param>
    /// <param name="descriptor">Owned from now on.</param>
    /// <param name="file">See <see cref="HeldListener.PathIdentity"/>.</param>
    /// <exception cref="RestartException">It was passed before.</exception>
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

    /// <summary>Takes what systemd made for this service, or has kept for it; from any thread.</summary>
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

    /// <returns>False if there is one of that key.</returns>
    internal bool Receive(ResourceKey key, Descriptor descriptor, string file = "")
    {
        if (key.Activated is not null)
        {
            Activated.Add(key, descriptor);
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

    internal bool HasAny(ResourceKey request) => _listeners.Keys.Any(k => k.Request == request);

    /// <summary>Whether one of that request was received whose path somebody else has by now.</summary>
    internal bool HasLost(ResourceKey request) => _lostPaths.Contains(request);

    /// <summary>The first that a request means; it is the caller's now.</summary>
    internal HeldListener? Take(ResourceKey request)
    {
        ResourceKey key = _listeners.Keys.Where(k => k.Request == request).OrderBy(k => k.Ordinal).FirstOrDefault();
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

        // Nobody finds it any more: whoever asks binds a new one, and the predecessor accepts what is left in the queue of this
        // one.
        listener.Dispose();
        _lostPaths.Add(request);
        logger.ListenerPathLost(key.ToString());
        return null;
    }

    /// <summary>Closes one that the predecessor has bound anew, as nobody found it any more.</summary>
    internal void CloseLost(ResourceKey key)
    {
        if (_listeners.TryGetValue(key, out HeldListener? lost) && !lost.IsReached)
        {
            _listeners.Remove(key);
            lost.Dispose();
        }
    }

    /// <summary>All that are wanted; they are the caller's now.</summary>
    internal HeldListener[] TakeAll(Func<HeldListener, bool> wanted)
    {
        HeldListener[] taken = [.. _listeners.Values.Where(wanted)];
        Array.ForEach(taken, l => _listeners.Remove(l.Key));
        return taken;
    }
}
