using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>One kind of resource that only one process may use at a time. Called from any thread.</summary>
internal interface ICommitResource
{
    ResourceKind Kind { get; }

    /// <summary>The resources of this kind in this process.</summary>
    IReadOnlyList<PassedResource> Held { get; }

    /// <summary>
    /// In a predecessor with a closed gate: a successor is about to get it. A copy stays here until the release.
    /// </summary>
    void Passing();

    /// <summary>In a successor before its commit: takes it, or closes it if it has no use for it.</summary>
    /// <exception cref="RestartException">It cannot be used: the predecessor serves on.</exception>
    void Load(ResourceKey key, Descriptor descriptor);

    /// <summary>This process no longer needs it.</summary>
    /// <param name="elsewhere">Whether another process of the service uses it.</param>
    void Release(Func<ResourceKey, bool> elsewhere);
}

/// <summary>
/// The resources that only one process may use. They are passed between the closing of the predecessor's gate and the commit. A
/// predecessor keeps its copy through the probation, since it may serve again; so there is no gap on the way back. Kinds that the
/// successor does not know are not sent.
/// </summary>
internal sealed class CommitResources
{
    private readonly Lock _lock = new();
    private readonly List<ICommitResource> _owners;

    internal CommitResources(ILogger logger)
    {
        State = new StateStore(logger);
        _owners = [State];
    }

    /// <summary>The application's state.</summary>
    internal StateStore State { get; }

    internal IReadOnlyList<ResourceKey> Keys => [.. Owners.SelectMany(o => o.Held).Select(r => r.Key)];

    private ICommitResource[] Owners
    {
        get
        {
            lock (_lock)
            {
                return [.. _owners];
            }
        }
    }

    internal void Add(ICommitResource owner)
    {
        lock (_lock)
        {
            _owners.Add(owner);
        }
    }

    /// <summary>The resources for a successor.</summary>
    /// <param name="loads">The kinds that it can load, as its hello names them.</param>
    internal IReadOnlyList<PassedResource> Pass(IReadOnlyCollection<string> loads)
    {
        ICommitResource[] owners = [.. Owners.Where(o => o.Held.Count > 0 && loads.Contains(ResourcePolicy.Of(o.Kind).WireName))];
        Array.ForEach(owners, o => o.Passing());
        return [.. owners.SelectMany(o => o.Held)];
    }

    /// <summary>In a successor: takes the predecessor's resources, or closes them.</summary>
    /// <exception cref="RestartException">It can't be used: the predecessor is to serve on.</exception>
    internal void Load(IReadOnlyList<string> keys, IReadOnlyList<Descriptor> descriptors)
    {
        int loaded = 0;
        try
        {
            if (keys.Count != descriptors.Count)
            {
                throw new RestartException(
                    RestartFailure.ProtocolError, $"{keys.Count} resources came with {descriptors.Count} descriptors");
            }

            foreach (string key in keys)
            {
                Load(ResourceKey.Parse(key), descriptors[loaded++]);
            }
        }
        finally
        {
            foreach (Descriptor descriptor in descriptors.Skip(loaded))
            {
                descriptor.Dispose();
            }
        }
    }

    /// <summary>In a predecessor: takes only the state that a successor hands back.</summary>
    internal void TakeBack(IReadOnlyList<string> keys, IReadOnlyList<Descriptor> descriptors)
    {
        for (int i = 0; i < descriptors.Count; i++)
        {
            if (i < keys.Count && ResourceKey.Parse(keys[i]) is { Kind: ResourceKind.State } key)
            {
                State.Load(key, descriptors[i]);
            }
            else
            {
                descriptors[i].Dispose();
            }
        }
    }

    /// <summary>In a successor: takes the predecessor's resource, or closes it if it has no owner here.</summary>
    internal void Load(ResourceKey key, Descriptor descriptor)
    {
        if (Array.Find(Owners, o => o.Kind == key.Kind) is { } owner)
        {
            owner.Load(key, descriptor);
        }
        else
        {
            descriptor.Dispose();
        }
    }

    internal void Release(IReadOnlyCollection<ResourceKey> elsewhere) =>
        Array.ForEach(Owners, o => o.Release(elsewhere.Contains));
}
