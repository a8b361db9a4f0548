using System.Runtime.InteropServices;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// Tracks which other process has this one's resources: a predecessor, a successor, or none. While another process has a
/// listener, closing ours would not free its address. Not thread-safe: the registry's lock protects it.
/// </summary>
internal sealed class Sharing
{
    // The keys of a living successor, and those that it got after the greeting: it answers for their paths.
    private readonly HashSet<ResourceKey> _given = [];
    private readonly HashSet<ResourceKey> _givenLater = [];

    // Until this process has served, inherited listeners belong to its predecessor, which may serve on: their paths stay.
    private bool _served;

    /// <summary>Passes new listeners to the successor; null without a successor.</summary>
    internal Func<ResourceKey, SafeHandle, bool>? GiveMore { get; private set; }

    /// <summary>Whether the predecessor has the same listeners.</summary>
    internal bool WithPredecessor { get; private set; }

    /// <summary>Whether the predecessor has closed its listeners, or is about to.</summary>
    internal bool PredecessorLeft { get; private set; }

    /// <summary>Whether a successor serves what this process holds.</summary>
    internal bool PassedOn { get; private set; }

    internal bool HasServed => _served;

    internal IEnumerable<ResourceKey> GivenLater => _givenLater;

    internal void Inherited() => WithPredecessor = true;

    internal void EndWithPredecessor() => (WithPredecessor, PredecessorLeft) = (false, true);

    internal void Give(IEnumerable<ResourceKey> keys, Func<ResourceKey, SafeHandle, bool> more)
    {
        if (GiveMore != more)
        {
            Ungive();
        }

        _given.UnionWith(keys);
        GiveMore = more;
    }

    internal void GaveLater(ResourceKey key, Func<ResourceKey, SafeHandle, bool> by)
    {
        if (GiveMore == by)
        {
            _given.Add(key);
            _givenLater.Add(key);
        }
    }

    /// <returns>False if there is another successor by now.</returns>
    internal bool EndGiving(Func<ResourceKey, SafeHandle, bool> more)
    {
        bool ended = GiveMore == more;
        if (ended)
        {
            Ungive();
        }

        return ended;
    }

    internal void Ungive()
    {
        GiveMore = null;
        _given.Clear();
        _givenLater.Clear();
    }

    internal void SetPassedOn(bool passedOn)
    {
        PassedOn = passedOn;
        _served |= !passedOn;
        if (!passedOn)
        {
            // An earlier successor no longer serves.
            Ungive();
        }
    }

    internal bool IsShared(HeldListener listener) =>
        PassedOn || _given.Contains(listener.Key) || (WithPredecessor && listener.IsInherited);

    /// <summary>Whether to remove the path of a listener when this process closes it.</summary>
    internal bool OwnsPath(HeldListener listener) =>
        (_served || !listener.IsInherited) && (!listener.Key.Policy.OwnerKeeps || listener.WasClaimed);
}

/// <summary>A resource on its way to a successor.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Handle">Owned by its owner.</param>
/// <param name="File">See <see cref="HeldListener.PathIdentity"/>.</param>
internal sealed record PassedResource(ResourceKey Key, SafeHandle Handle, string File)
{
    /// <summary>A descriptor to send; null if the application has closed its handle, which it may at any moment.</summary>
    /// <exception cref="ObjectDisposedException">A socket of Baton's own was closed.</exception>
    internal Descriptor? TryDuplicate()
    {
        try
        {
            return Handle.Duplicate();
        }
        catch (ObjectDisposedException) when (Key.Kind == ResourceKind.Passed)
        {
            return null;
        }
    }
}
