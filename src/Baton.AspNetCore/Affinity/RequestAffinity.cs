using System.Runtime.CompilerServices;
using Baton.Handover;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Affinity;

/// <summary>
/// Sends requests to the process that they belong to, by the rules of <see cref="IAffinityRule"/>: from a newer process to an
/// older one that finishes its work, never the other way. A process asks the older ones only for what it does not have itself.
/// </summary>
internal sealed class RequestAffinity
{
    private readonly (string Name, IAffinityRule Rule)[] _rules;
    private readonly OlderGenerations _older;
    private readonly GracefulRestartOptions _options;
    private readonly ConditionalWeakTable<PredecessorLink, OlderServer> _servers = new();
    private int _open;

    internal RequestAffinity(IEnumerable<IAffinityRule> rules, OlderGenerations older, GracefulRestartOptions options)
    {
        _rules = options.LongLived.MaxForwardedRequests > 0 ? [.. rules.Select(r => (r.GetType().FullName ?? "", r))] : [];
        (_older, _options) = (older, options);
    }

    /// <summary>Whether there are rules at all.</summary>
    internal bool HasRules => _rules.Length > 0;

    /// <summary>Whether a request may belong to an older process. Costs nothing.</summary>
    internal bool IsNeeded => HasRules && _older.Links.Length > 0;

    /// <summary>What a request belongs to that this process does not have; null for nothing.</summary>
    internal AffinityKey? FindElsewhere(HttpContext context)
    {
        foreach ((string name, IAffinityRule rule) in _rules)
        {
            if (rule.KeyOf(context.Request) is { Length: > 0 and <= AffinityKey.MostCharacters } key
                && !rule.Has(key)
                && ForwardedRequest.IsPossible(context))
            {
                return new(name, key);
            }
        }

        return null;
    }

    /// <summary>Forwards a request to the process that has its key.</summary>
    /// <returns>False if none has it, or too many are forwarded: the request is to be answered here.</returns>
    internal async Task<bool> TryForwardAsync(HttpContext context, AffinityKey key)
    {
        try
        {
            return Interlocked.Increment(ref _open) <= _options.LongLived.MaxForwardedRequests
                && await OwnerOfAsync(key, context.RequestAborted).ConfigureAwait(false) is { } owner
                && await owner.TryForwardAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: nobody is to be answered.
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Whether this process, or an older one that it can reach, has something.</summary>
    internal async Task<bool> HasAsync(AffinityKey key, CancellationToken cancellationToken) =>
        Array.Exists(_rules, r => r.Name == key.Rule && r.Rule.Has(key.Key))
        || await OwnerOfAsync(key, cancellationToken).ConfigureAwait(false) is not null;

    private async Task<OlderServer?> OwnerOfAsync(AffinityKey key, CancellationToken cancellationToken)
    {
        foreach (PredecessorLink link in _older.Links)
        {
            OlderServer server = _servers.GetValue(link, l => new OlderServer(l.OpenRequests, _options.HandshakeTimeout));
            if (await server.HasAsync(key, cancellationToken).ConfigureAwait(false))
            {
                return server;
            }
        }

        return null;
    }
}
