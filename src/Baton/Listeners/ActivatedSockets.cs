using System.Net;
using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Listeners;

/// <summary>
/// Listening sockets that systemd made and this process does not use, yet or any more: found by number (as Kestrel's <c>UseSystemd</c> asks), by name and by
/// address. They are passed on with the ones in use, so that a successor may use them. Owns their descriptors. Not thread-safe.
/// </summary>
internal sealed class ActivatedSockets
{
    private readonly SortedDictionary<int, Entry> _entries = [];

    /// <summary>All of them, in systemd's order.</summary>
    internal IEnumerable<(ListenerKey Key, Descriptor Descriptor)> All => _entries.Values.Select(e => (e.Key, e.Descriptor));

    internal void Add(ListenerKey key, Descriptor descriptor)
    {
        (int number, string name) = key.Activated!.Value;
        _entries[number] = new Entry(key, name, AddressOf(descriptor), descriptor);
    }

    /// <summary>The first that a request means; it is the caller's now.</summary>
    internal (ListenerKey Key, Descriptor Descriptor)? Take(string request)
    {
        Entry? entry = _entries.Values.FirstOrDefault(e => ListenerKey.RequestOfHandle((ulong)e.Number) == request || ListenerKey.RequestOfName(e.Name) == request)
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
    private static int? AnyPort(string request) =>
        request.StartsWith("tcp:", StringComparison.Ordinal) && IPEndPoint.TryParse(request.AsSpan("tcp:".Length), out IPEndPoint? asked)
        && (asked.Address.Equals(IPAddress.IPv6Any) || asked.Address.Equals(IPAddress.Any))
            ? asked.Port
            : null;

    private static string AddressOf(Descriptor descriptor)
    {
        // It does not own its handle: it does no harm when it goes.
        using var socket = new Socket(new SafeSocketHandle(descriptor.Number, ownsHandle: false));
        return socket.LocalEndPoint is { } address ? ListenerKey.RequestOf(address) : "";
    }

    private sealed record Entry(ListenerKey Key, string Name, string Address, Descriptor Descriptor)
    {
        internal int Number => Key.Activated!.Value.Number;
    }
}
