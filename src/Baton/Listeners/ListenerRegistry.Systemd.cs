using System.Net.Sockets;
using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Listeners;

/// <content>Listeners that systemd made, or has kept since a crash.</content>
public sealed partial class ListenerRegistry
{
    private readonly ActivatedSockets _activated = new();
    private readonly HashSet<ListenerKey> _received = [];
    private Action<ListenerKey>? _dropped;
    private Action? _changed;

    /// <summary>
    /// The names of the sockets that systemd made for this service (<c>FileDescriptorName=</c>, else the name of the socket unit) and that nothing in
    /// this process uses yet. Empty outside of socket activation.
    /// </summary>
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; it is about to end.</exception>
    public IReadOnlyList<string> ActivatedNames
    {
        get
        {
            _inheritance.GetAwaiter().GetResult();
            lock (_gate)
            {
                return [.. _activated.All.Select(a => a.Key.Activated!.Value.Name)];
            }
        }
    }

    /// <summary>What a successor gets: all that this process uses, and what systemd made that it does not use.</summary>
    internal IReadOnlyList<(ListenerKey Key, Descriptor Descriptor)> ToPassOn
    {
        get
        {
            lock (_gate)
            {
                return [.. _held.Values.Select(h => (h.Key, h.Descriptor)), .. _activated.All];
            }
        }
    }

    /// <summary>What a predecessor or systemd's store has given to this process, used or not.</summary>
    internal IReadOnlyList<ListenerKey> Received
    {
        get
        {
            lock (_gate)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>What is bound here, or soon may be again, and not systemd's. Not the control socket: its directory goes with the service.</summary>
    internal IReadOnlyList<(ListenerKey Key, Descriptor Descriptor)> Storable
    {
        get
        {
            lock (_gate)
            {
                return [.. _held.Values.Select(h => (h.Key, h.Descriptor)).Concat(_unused.Values.Select(h => (h.Key, h.Descriptor))).Where(l => l.Key is { Activated: null, IsControl: false })];
            }
        }
    }

    /// <summary>
    /// A listening socket that systemd made, by its name: <c>FileDescriptorName=</c> of the socket unit, else the name of the unit. Where several
    /// have the same name each call gives the next one.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="backlog">Connections the kernel queues while nobody accepts; replaces <c>Backlog=</c> of the socket unit.</param>
    /// <returns>A socket to accept on, as of <see cref="Listen"/>.</returns>
    /// <exception cref="InvalidOperationException">systemd has passed no such socket, or it is in use already; the message says which there are.</exception>
    /// <exception cref="RestartException">This process was started to take over, but got no listeners; it is about to end.</exception>
    public Socket ListenActivated(string name, int backlog = DefaultBacklog)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(backlog);
        return HandOut(Claim(ListenerKey.RequestOfName(name), () => throw NoneOfThatName(name)), backlog);
    }

    /// <summary>How many sockets of a name there are; at least one.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal int CountActivated(string name)
    {
        _inheritance.GetAwaiter().GetResult();
        lock (_gate)
        {
            return _activated.Count(name) is > 0 and int count ? count : throw NoneOfThatName(name);
        }
    }

    /// <summary>Has the error say which names there are.</summary>
    internal InvalidOperationException NoneOfThatName(string name)
    {
        lock (_gate)
        {
            string others = _activated.ToString();
            return new InvalidOperationException(
                $"systemd has passed no socket named '{name}' to process {Environment.ProcessId}, or it is in use already. "
                + (others.Length > 0 ? $"Unused are: {others}." : "There is no unused one: the service needs a socket unit with Sockets= or its own name, and must be started by systemd.")
                + $" The name is set by FileDescriptorName={name} in the socket unit.");
        }
    }

    /// <summary>Takes what systemd made for this service, or has kept for it.</summary>
    internal void TakeFromSystemd(ListenerKey key, Descriptor descriptor)
    {
        lock (_gate)
        {
            if (!Receive(key, descriptor))
            {
                // Stored twice under one name: one is enough.
                descriptor.Dispose();
            }
        }
    }

    /// <summary>
    /// Someone else keeps the listeners of this process open: one that the server drops could not be bound again at once, and so is kept until
    /// <see cref="CloseDropped"/>.
    /// </summary>
    /// <param name="dropped">Called for each, from any thread.</param>
    /// <param name="changed">Called after any other change of <see cref="Storable"/>, from any thread.</param>
    internal void StoredElsewhere(Action<ListenerKey> dropped, Action changed) => (_dropped, _changed) = (dropped, changed);

    /// <summary>Closes a dropped listener that was not claimed again, and removes its path. While a predecessor has it too it stays.</summary>
    internal void CloseDropped(ListenerKey key)
    {
        HeldListener? dropped;
        lock (_gate)
        {
            if (!_unused.TryGetValue(key, out dropped) || IsShared(dropped) || !_unused.Remove(key))
            {
                return;
            }
        }

        Close(dropped);
        _changed?.Invoke();
    }

    // Under the lock.
    private bool Receive(ListenerKey key, Descriptor descriptor, string file = "")
    {
        if (key.Activated is not null)
        {
            _activated.Add(key, descriptor);
            return true;
        }

        if (!key.IsControl)
        {
            _received.Add(key);
        }

        return _unused.TryAdd(key, new HeldListener(key, descriptor, _polls, inherited: true, file));
    }
}
