using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>One kind of resource that only one process may use at a time. Called from any thread.</summary>
internal interface ICommitResource
{
    ResourceKind Kind { get; }

    /// <summary>What this process has of it.</summary>
    IReadOnlyList<PassedResource> Held { get; }

    /// <summary>
    /// As a predecessor, whose gate is closed: a successor is about to get it. A copy stays here until the release.
    /// </summary>
    void Passing();

    /// <summary>As a successor before its commit: takes it, or closes it where it has no use for it.</summary>
    /// <exception cref="RestartException">It can't be used: the predecessor is to serve on.</exception>
    void Load(ResourceKey key, Descriptor descriptor);

    /// <summary>This process is done with it for good.</summary>
    /// <param name="elsewhere">Whether another process of the service goes on with it.</param>
    void Release(Func<ResourceKey, bool> elsewhere);
}

/// <summary>
/// What only one process may use: passed between the closing of the predecessor's gate and the commit. A predecessor keeps its
/// copy through the probation, in which it may serve again; so there is no gap on the way back. A kind that the successor does
/// not know is not sent to it.
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

    /// <summary>What a successor gets.</summary>
    /// <param name="loads">The kinds that it can load, as its hello names them.</param>
    internal IReadOnlyList<PassedResource> Pass(IReadOnlyCollection<string> loads)
    {
        ICommitResource[] owners = [.. Owners.Where(o => o.Held.Count > 0 && loads.Contains(ResourcePolicy.Of(o.Kind).WireName))];
        Array.ForEach(owners, o => o.Passing());
        return [.. owners.SelectMany(o => o.Held)];
    }

    /// <summary>As a successor: takes all that the predecessor passed on, or closes it.</summary>
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

    /// <summary>As a predecessor: takes the state that a successor hands back, and nothing else.</summary>
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

    /// <summary>As a successor: takes what the predecessor passed on; a kind that nobody here has a use for is closed.</summary>
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
