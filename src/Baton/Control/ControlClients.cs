using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// The clients of the control socket: their limits, a thread for each, and their end. Safe from any thread. Each user has own
/// places, and clients that watch have separate ones. So neither watchers nor the service's user keep root from an operation.
/// </summary>
internal sealed class ControlClients(ControlService service)
{
    // For each user: watchers, others, and those that were asked to make room.
    private const int MostTimes = 3;

    private readonly Lock _lock = new();

    // Oldest first.
    private readonly List<ControlConnection> _connections = [];
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _finishing;

    /// <summary>Completes when this process has nothing left to do and its clients were told, or cannot be.</summary>
    internal Task Told => _told.Task;

    private RestarterOptions Options => service.Options;

    /// <summary>Serves a new client on its own thread, or refuses it at once.</summary>
    /// <exception cref="OutOfMemoryException">No thread is available; the client is gone.</exception>
    internal void Begin(ControlConnection connection)
    {
        uint own = Libc.geteuid();
        if (!ControlConnection.Allows(own, connection.Peer.uid))
        {
            service.Context.Logger.ControlRefused(connection.Peer.pid, connection.Peer.uid, own);
            connection.Refuse(AnswerFailure.NotAllowed, $"only user {own} and root may ask process {Environment.ProcessId}");
        }
        else if (!TryAdd(connection))
        {
            connection.Refuse(AnswerFailure.Busy, Busy("are connected to"));
        }
        else
        {
            Start(connection);
        }
    }

    /// <summary>This process has nothing left to do: sends the last lines, and accepts no more clients. On the loop.</summary>
    internal void Finish()
    {
        ControlConnection[] connections;
        lock (_lock)
        {
            _finishing = true;
            connections = [.. _connections];
        }

        Array.ForEach(connections, c => c.Finish());
        if (connections.Length == 0)
        {
            _told.TrySetResult();
        }
        else
        {
            service.Context.Loop.Schedule(Options.Control.Timeout, () => _told.TrySetResult());
        }
    }

    private bool TryAdd(ControlConnection connection)
    {
        lock (_lock)
        {
            bool added = !_finishing && HasPlace(connection.Peer.uid, watches: false);
            if (added)
            {
                _connections.Add(connection);
            }

            return added;
        }
    }

    /// <summary>Gives a client the place of a watcher.</summary>
    /// <returns>The reason of a refusal; null if it has a place.</returns>
    private string? Watch(ControlConnection connection)
    {
        lock (_lock)
        {
            connection.Watches = HasPlace(connection.Peer.uid, watches: true);
            return connection.Watches ? null : Busy("watch");
        }
    }

    // If all places are taken, the client that has been silent for longest makes room: a real client sends its request at once.
    private bool HasPlace(uint user, bool watches)
    {
        ControlConnection[] ofUser = [.. _connections.Where(c => c.Peer.uid == user)];
        ControlConnection[] rivals = [.. ofUser.Where(c => c.Watches == watches && !c.MakesRoom)];
        return rivals.Length < Options.Control.MaxConnections
            || (ofUser.Length < MostTimes * Options.Control.MaxConnections && rivals.Any(c => c.MakeRoom()));
    }

    private string Busy(string what) =>
        $"{Options.Control.MaxConnections} clients of this user {what} process {Environment.ProcessId}, " +
            $"which is as many as may be";

    private void Start(ControlConnection connection)
    {
        try
        {
            new Thread(() => Serve(connection)) { IsBackground = true, Name = "baton-control-client" }.Start();
        }
        catch (OutOfMemoryException)
        {
            connection.Dispose();
            Remove(connection);
            throw;
        }
    }

    private void Serve(ControlConnection connection)
    {
        connection.Run(Watch);
        Remove(connection);
    }

    private void Remove(ControlConnection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
            if (_finishing && _connections.Count == 0)
            {
                _told.TrySetResult();
            }
        }
    }
}
