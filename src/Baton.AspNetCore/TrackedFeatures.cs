using System.Collections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Baton.AspNetCore;

/// <summary>
/// The features of a connection: those of the transport, and the connection itself. They show when Kestrel's HTTP takes the
/// connection: before it reads the first byte it asks for the heartbeat, and for the protocols of the endpoint, the only feature
/// that is a class of Kestrel.
/// </summary>
internal sealed class TrackedFeatures(IFeatureCollection inner, TrackedConnection connection)
    : IFeatureCollection, IConnectionHeartbeatFeature
{
    private IConnectionHeartbeatFeature? _heartbeat;

    public bool IsReadOnly => inner.IsReadOnly;

    public int Revision => inner.Revision;

    public object? this[Type key]
    {
        get => Own(key, inner[key]);
        set => inner[key] = value;
    }

    public TFeature? Get<TFeature>()
    {
        if (typeof(TFeature) == typeof(TrackedConnection) || typeof(TFeature) == typeof(IDrainingFeature))
        {
            return (TFeature)(object)connection;
        }

        if (!connection.IsHttp
            && typeof(TFeature) is { IsInterface: false } asked
            && asked.Assembly == typeof(KestrelServerOptions).Assembly)
        {
            connection.ReachedHttp();
        }

        TFeature? found = inner.Get<TFeature>();
        return typeof(TFeature) == typeof(IConnectionHeartbeatFeature) ? (TFeature?)Own(typeof(TFeature), found) : found;
    }

    public void Set<TFeature>(TFeature? instance) => inner.Set(instance);

    public void OnHeartbeat(Action<object> action, object state)
    {
        if (state.GetType().Assembly == typeof(KestrelServerOptions).Assembly)
        {
            connection.ReachedHttp();
        }

        _heartbeat!.OnHeartbeat(action, state);
    }

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator()
    {
        foreach ((Type key, object feature) in inner)
        {
            yield return new KeyValuePair<Type, object>(key, Own(key, feature)!);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private object? Own(Type key, object? found)
    {
        if (key == typeof(TrackedConnection) || key == typeof(IDrainingFeature))
        {
            return connection;
        }

        if (key != typeof(IConnectionHeartbeatFeature) || found is null or TrackedFeatures)
        {
            return found;
        }

        _heartbeat = (IConnectionHeartbeatFeature)found;
        return this;
    }
}
