using System.ComponentModel;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// The listeners of this process in systemd's store (systemd.service(5), <c>FileDescriptorStoreMax=</c>): after a crash the next
/// first generation gets them back, and meanwhile connections wait. What systemd made itself it has anyway. Only the process in
/// charge stores and removes, on probation none: the store has what the predecessor would serve again. A service that has no
/// store ignores it. Lives on the control loop.
/// </summary>
internal sealed class FdStore
{
    // Kestrel binds an endpoint anew within milliseconds after it was dropped; until it is removed from the store that could
    // fail.
    private static readonly TimeSpan DroppedTime = TimeSpan.FromSeconds(5);

    private readonly ResourceRegistry _listeners;
    private readonly Notifier _notifier;
    private readonly ILogger _logger;
    private HashSet<ResourceKey>? _stored;
    private bool _inCharge;

    internal FdStore(ResourceRegistry listeners, Notifier notifier, ControlLoop loop, ILogger logger)
    {
        (_listeners, _notifier, _logger) = (listeners, notifier, logger);
        listeners.StoredElsewhere(
            dropped: key => loop.Post(() => loop.Schedule(DroppedTime, () => listeners.CloseDropped(key))),
            changed: () => loop.Post(Changed));
    }

    /// <summary>This process is in charge: makes the store hold what it listens on, and nothing else.</summary>
    internal void Update()
    {
        _inCharge = true;

        // What a predecessor had is in the store by its doing, and what came from the store still is.
        _stored ??= [.. _listeners.Unclaimed.Received];
        IReadOnlyList<(ResourceKey Key, Descriptor Descriptor)> wanted = _listeners.Storable;
        foreach (ResourceKey gone in _stored.Except(wanted.Select(w => w.Key)).ToArray())
        {
            Remove(gone);
        }

        foreach ((ResourceKey key, Descriptor descriptor) in wanted.Where(w => _stored.Add(w.Key)))
        {
            Store(key, descriptor);
        }
    }

    /// <summary>This process is not in charge, or is about to end.</summary>
    internal void Pause() => _inCharge = false;

    /// <summary>Another program needs the addresses.</summary>
    internal void Withdraw()
    {
        _inCharge = false;
        foreach (ResourceKey key in _stored?.ToArray() ?? [])
        {
            Remove(key);
        }
    }

    private void Changed()
    {
        if (_inCharge)
        {
            Update();
        }
    }

    private void Store(ResourceKey key, Descriptor descriptor)
    {
        if (FdName.Of(key) is not { } name)
        {
            _logger.NotStored(key.ToString(), "its name would be too long");
            return;
        }

        try
        {
            // Its own descriptor: the message may be sent later, and the listener closed by then. systemd is not to watch it:
            // that it has an error does not make it useless.
            _notifier.Send(descriptor.Duplicate(), "FDSTORE=1", $"FDNAME={name}", "FDPOLL=0");
        }
        catch (Exception e) when (e is Win32Exception or ObjectDisposedException)
        {
            _logger.NotStored(key.ToString(), e.Message);
            _stored!.Remove(key);
        }
    }

    private void Remove(ResourceKey key)
    {
        _stored!.Remove(key);
        if (FdName.Of(key) is { } name)
        {
            _notifier.Send("FDSTOREREMOVE=1", $"FDNAME={name}");
        }
    }
}
