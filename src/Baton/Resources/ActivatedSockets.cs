using System.Net;
using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// Listening sockets that systemd made and this process does not use, yet or any more: found by number (as Kestrel's
/// <c>UseSystemd</c> asks), by name and by address. They are passed on with the ones in use. Owns their descriptors. Not
/// thread-safe.
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

    /// <summary>The first that a request means; it is the caller's now.</summary>
    internal (ResourceKey Key, Descriptor Descriptor)? Take(ResourceKey request)
    {
        Entry? entry = _entries.Values.FirstOrDefault(e => e.Requests.Contains(request))
            ?? _entries.Values.FirstOrDefault(e => e.Address == request)
            ?? (AnyPort(request) is { } port ? _entries.Values.FirstOrDefault(e => AnyPort(e.Address) == port) : null);
        if (entry is null)
        {
            return null;
        }

        _entries.Remove(entry.Number);
        return (entry.Key, entry.Descriptor);
    }

    internal int Count(string name) => _entries.Values.Count(e => e.Name == name);

    /// <summary>For people: names and addresses.</summary>
    public override string ToString() => string.Join(", ", _entries.Values.Select(e => $"'{e.Name}' ({e.Address})"));

    internal void Clear()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.Descriptor.Dispose();
        }

        _entries.Clear();
    }

    // Who asks for any address gets what the administrator made of it: both families, or one.
    private static int? AnyPort(ResourceKey? request) =>
        request?.Address is { } asked && (asked.Address.Equals(IPAddress.IPv6Any) || asked.Address.Equals(IPAddress.Any))
            ? asked.Port
            : null;

    private static ResourceKey? AddressOf(Descriptor descriptor)
    {
        // It does not own its handle: it does no harm when it goes.
        using var socket = new Socket(new SafeSocketHandle(descriptor.Number, ownsHandle: false));
        return socket.LocalEndPoint is { } address ? ResourceKey.Of(address) : null;
    }

    private sealed record Entry(ResourceKey Key, int Number, string Name, ResourceKey? Address, Descriptor Descriptor)
    {
        internal ResourceKey[] Requests => [ResourceKey.OfHandle((ulong)Number), new ResourceKey(ResourceKind.Named, Name)];
    }
}
