using Baton.Hosting.Services;
using Microsoft.Extensions.Hosting;

namespace Baton.Hosting;

/// <summary>
/// When hosted services run that somebody else registers, such as a library: by their type, also by a base class or interface of
/// it. A type that no registration of the host has fails the start.
/// </summary>
public sealed class HostedServiceKinds
{
    private readonly List<(Type Type, ServiceKind Kind)> _kinds = [];

    internal IReadOnlyList<(Type Type, ServiceKind Kind)> Chosen => _kinds;

    /// <summary>It runs while this process serves, as by <c>AddServingHostedService</c>.</summary>
    /// <typeparam name="TService">The hosted service.</typeparam>
    /// <returns>This.</returns>
    public HostedServiceKinds Serving<TService>()
        where TService : IHostedService => Choose(typeof(TService), ServiceKind.Serving);

    /// <summary>The same, and never in two processes, as by <c>AddExclusiveHostedService</c>.</summary>
    /// <typeparam name="TService">The hosted service.</typeparam>
    /// <returns>This.</returns>
    public HostedServiceKinds Exclusive<TService>()
        where TService : IHostedService => Choose(typeof(TService), ServiceKind.Exclusive);

    /// <summary>It runs in both processes of a restart, which is meant: the log does not name it.</summary>
    /// <typeparam name="TService">The hosted service.</typeparam>
    /// <returns>This.</returns>
    public HostedServiceKinds Always<TService>()
        where TService : IHostedService => Choose(typeof(TService), ServiceKind.Always);

    /// <summary>What was chosen for a type last; null for nothing.</summary>
    internal ServiceKind? Of(Type type) =>
        _kinds.FindLastIndex(k => k.Type.IsAssignableFrom(type)) is >= 0 and var i ? _kinds[i].Kind : null;

    private HostedServiceKinds Choose(Type type, ServiceKind kind)
    {
        _kinds.Add((type, kind));
        return this;
    }
}
