using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore.WarmingUp;

/// <summary>The side doors of all listeners that were bound while this process started.</summary>
internal sealed class SideDoors(OpenConnections connections, GracefulRestartOptions options)
{
    private readonly ConcurrentQueue<SideDoor> _doors = new();
    private volatile bool _shut = !options.WarmUp.Enabled || options.WarmUp.Requests.Count == 0;

    /// <summary>In the order in which Kestrel bound them.</summary>
    internal IReadOnlyCollection<SideDoor> All => _doors;

    /// <summary>
    /// Null once all are shut: an endpoint that is bound later, by a change of configuration, is not warmed up.
    /// </summary>
    internal SideDoor? OpenFor(IConnectionListener listener, EndpointProtocol protocol)
    {
        if (_shut)
        {
            return null;
        }

        var door = new SideDoor(listener, connections, protocol);
        _doors.Enqueue(door);
        if (_shut)
        {
            door.Shut();
        }

        return door;
    }

    internal void Shut()
    {
        _shut = true;
        while (_doors.TryDequeue(out SideDoor? door))
        {
            door.Shut();
        }
    }
}
