using Baton.AspNetCore;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Baton.Tests.Support;

/// <summary>A connection as Kestrel has it, without a network.</summary>
internal sealed class FakeConnection : IConnectionLifetimeNotificationFeature, IConnectionHeartbeatFeature
{
    private readonly Transport _transport = new();

    internal FakeConnection(OpenConnections all, EndpointProtocol protocol)
    {
        Tracked = new TrackedConnection(_transport, all, protocol);

        // As Kestrel does, once it has the connection.
        Tracked.Features.Set<IConnectionLifetimeNotificationFeature>(this);
        Tracked.Features.Set<IConnectionHeartbeatFeature>(this);
    }

    internal TrackedConnection Tracked { get; }

    internal bool Told { get; private set; }

    internal bool Aborted => _transport.Aborted;

    internal Action? OnTold { get; set; }

    public CancellationToken ConnectionClosedRequested { get; set; }

    public void RequestClose()
    {
        Told = true;
        OnTold?.Invoke();
    }

    public void OnHeartbeat(Action<object> action, object state)
    {
    }

    internal void AskForHeartbeat(object state) => Tracked.Features.Get<IConnectionHeartbeatFeature>()!.OnHeartbeat(_ => { }, state);

    private sealed class Transport : DefaultConnectionContext
    {
        internal bool Aborted { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => Aborted = true;
    }
}
