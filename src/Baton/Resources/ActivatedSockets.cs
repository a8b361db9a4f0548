using System.Net;
using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// Sockets of systemd that this process does not use: found by number (as Kestrel's <c>UseSystemd</c> asks), by name
/// and by address. They are passed on with the used ones. Owns their descriptors. Not thread-safe.
/// </summary>
internal sealed class ActivatedSockets
{
    private readonly SortedDictionary<int, Entry> _entries = [];

    /// <summary>All of them, in systemd's order.</summary>
    internal IEnumerable<(ResourceKey Key, Descriptor Descriptor)> All => _entries.Values.Select(e => (e.Key, e.Descriptor));

    internal void Add(ResourceKey key, Descriptor descriptor)
    {
        (int number, string name) = key.Activated!.Value;
        _entries[number] = new Entry(key, number, name, AddressOf(descriptor), descriptor);
    }

    /// <summary>The first one that matches a request; the caller owns it.</summary>
    internal (ResourceKey Key, Descriptor Descriptor)? Take(ResourceKey request)
    {
        // Datagram sockets last: a server takes as many of a name as it can listen on.
        Entry? entry = _entries.Values.OrderByDescending(e => e.Listens).FirstOrDefault(e => e.Requests.Contains(request))
            ?? _entries.Values.FirstOrDefault(e => e.Address?.Distance(request) is not null)
            ?? (AnyPort(request) is { } port ? _entries.Values.FirstOrDefault(e => AnyPort(e.Address) == port) : null);
        if (entry is null)
        {
            return null;
        }

        _entries.Remove(entry.Number);
        return (entry.Key, entry.Descriptor);
    }

    /// <summary>How many of that name a server can listen on.</summary>
    internal int Count(string name) => _entries.Values.Count(e => e.Name == name && e.Listens);

    /// <summary>Names and addresses as text.</summary>
    public override string ToString() => string.Join(", ", _entries.Values.Select(e => $"'{e.Name}' ({e.Address})"));

    internal void Clear()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.Descriptor.Dispose();
        }

        _entries.Clear();
    }

    // A request for any address gets what the administrator configured: both families, or one.
    private static (ResourceKind Kind, int Port)? AnyPort(ResourceKey? request) =>
        request?.Address is { } asked && (asked.Address.Equals(IPAddress.IPv6Any) || asked.Address.Equals(IPAddress.Any))
            ? (request.Value.Kind, asked.Port)
            : null;

    private static ResourceKey? AddressOf(Descriptor descriptor)
    {
        // It does not own its handle, so its disposal does no harm.
        using var socket = new Socket(new SafeSocketHandle(descriptor.Number, ownsHandle: false));
        return socket.LocalEndPoint is { } address ? ResourceKey.Of(address, socket.SocketType) : null;
    }

    private sealed record Entry(ResourceKey Key, int Number, string Name, ResourceKey? Address, Descriptor Descriptor)
    {
        internal bool Listens => Address?.Kind is not (ResourceKind.Udp or ResourceKind.UnixDatagram);

        internal ResourceKey[] Requests => [ResourceKey.OfHandle((ulong)Number), new ResourceKey(ResourceKind.Named, Name)];
    }
}
