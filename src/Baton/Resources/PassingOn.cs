using System.Runtime.InteropServices;

namespace Baton.Resources;

/// <summary>
/// Gives the resources of this process to a successor: those that it has when the successor starts, and those that come
/// meanwhile. Part of the registry; from any thread.
/// </summary>
/// <param name="gate">The registry's lock.</param>
/// <param name="sharing">The registry's sharing.</param>
/// <param name="held">The sockets that this process uses.</param>
/// <param name="unclaimed">The unused ones; those of systemd go with the used ones.</param>
/// <param name="handles">The application's handles.</param>
internal sealed class PassingOn(
    Lock gate, Sharing sharing, Func<IEnumerable<HeldListener>> held, UnclaimedResources unclaimed, PassedHandles handles)
{
    /// <summary>Called before this process leaves the service to its successor, to tell it what was closed until now.</summary>
    internal Action? Settling { get; set; }

    /// <summary>All that a successor gets.</summary>
    /// <param name="more">Called with each resource that is added while the successor lives; returns whether the successor gets
    /// it.</param>
    internal IReadOnlyList<PassedResource> All(Func<ResourceKey, SafeHandle, bool> more)
    {
        lock (gate)
        {
            PassedResource[] passedOn =
            [
                .. held().Select(h => new PassedResource(h.Key, h.Descriptor, h.PathIdentity)),
                .. unclaimed.Activated.All.Select(a => new PassedResource(a.Key, a.Descriptor, "")),
                .. handles.Passed,
            ];
            sharing.Give(passedOn.Select(l => l.Key), more);
            return passedOn;
        }
    }

    /// <summary>Passes a new resource to a successor that starts, whose configuration may have the same.</summary>
    internal void Add(ResourceKey key, SafeHandle handle)
    {
        Func<ResourceKey, SafeHandle, bool>? give;
        lock (gate)
        {
            give = sharing.GiveMore;
        }

        if (give?.Invoke(key, handle) == true)
        {
            lock (gate)
            {
                sharing.GaveLater(key, give);
            }
        }
    }

    /// <summary>The successor that <see cref="All"/> was called for has ended.</summary>
    /// <returns>False if there is another successor by now.</returns>
    internal bool End(Func<ResourceKey, SafeHandle, bool> more)
    {
        lock (gate)
        {
            return sharing.EndGiving(more);
        }
    }
}
