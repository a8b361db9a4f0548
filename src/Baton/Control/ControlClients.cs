using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>
/// The clients of the control socket: how many there may be, a thread for each, and the end of all. Safe from any thread. Each
/// user has places of its own, and of these the clients that watch have places of their own: so neither watchers nor the
/// service's own user keep root from an operation.
/// </summary>
internal sealed class ControlClients(ControlService service)
{
    // Of one user: those who watch, the others, and those who were asked to make room and are about to end.
    private const int MostTimes = 3;

    private readonly Lock _lock = new();

    // The oldest first.
    private readonly List<ControlConnection> _connections = [];
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _finishing;

    /// <summary>Completes when this process has nothing left to do and its clients know, or could not be told.</summary>
    internal Task Told => _told.Task;

    private RestarterOptions Options => service.Options;

    /// <summary>Serves one that has connected, on a thread of its own, or refuses it at once.</summary>
    /// <exception cref="OutOfMemoryException">There is no thread for it; it is gone.</exception>
    internal void Begin(ControlConnection connection)
    {
        uint own = Libc.geteuid();
        if (!ControlConnection.Allows(own, connection.Peer.uid))
        {
            service.Context.Logger.ControlRefused(connection.Peer.pid, connection.Peer.uid, own);
            connection.Refuse(ControlProtocol.NotAllowed, $"only user {own} and root may ask process {Environment.ProcessId}");
        }
        else if (!TryAdd(connection))
        {
            connection.Refuse(ControlProtocol.Busy, Busy("are connected to"));
        }
        else
        {
            Start(connection);
        }
    }

    /// <summary>This process has nothing left to do: the last lines, and nobody any more. On the loop.</summary>
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

    /// <summary>Gives a client that wants to watch the place of a watcher.</summary>
    /// <returns>Why it gets none; null if it has one.</returns>
    private string? Watch(ControlConnection connection)
    {
        lock (_lock)
        {
            connection.Watches = HasPlace(connection.Peer.uid, watches: true);
            return connection.Watches ? null : Busy("watch");
        }
    }

    // Where all places are taken the one who has been silent for longest makes room: who asks sends the request at once.
    private bool HasPlace(uint user, bool watches)
    {
        ControlConnection[] ofUser = [.. _connections.Where(c => c.Peer.uid == user)];
        ControlConnection[] rivals = [.. ofUser.Where(c => c.Watches == watches && !c.MakesRoom)];
        return rivals.Length < Options.Control.MaxConnections || (ofUser.Length < MostTimes * Options.Control.MaxConnections && rivals.Any(c => c.MakeRoom()));
    }

    private string Busy(string what) => $"{Options.Control.MaxConnections} clients of this user {what} process {Environment.ProcessId}, which is as many as may be";

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
