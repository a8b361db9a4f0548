using System.ComponentModel;
using Baton.Interop;
using Baton.Lifecycle;
using Baton.Resources;
using Microsoft.Extensions.Logging;

namespace Baton.Systemd;

/// <summary>
/// The listeners of this process in systemd's store (systemd.service(5), <c>FileDescriptorStoreMax=</c>). After a crash the next
/// process gets them back, and connections wait meanwhile. Sockets that systemd made itself are not stored. Only the process in
/// charge stores and removes, and none during a probation: the store holds what the predecessor would serve again. A service
/// without a store ignores the messages. Lives on the control loop.
/// </summary>
internal sealed class FdStore
{
    // Kestrel may drop an endpoint and bind it anew within milliseconds. The bind would fail while the store still has the old
    // listener.
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

    /// <summary>This process is in charge: the store gets its listeners, and nothing else.</summary>
    internal void Update()
    {
        _inCharge = true;

        // What a predecessor stored, and what came from the store, is still there.
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

    /// <summary>This process is not in charge, or ends.</summary>
    internal void Pause() => _inCharge = false;

    /// <summary>Another program needs the addresses: removes them from the store.</summary>
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
            // A duplicate, since the message may be sent after the listener is closed. FDPOLL=0: an error on a listener does not
            // make it useless.
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
