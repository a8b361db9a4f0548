using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Control;

/// <summary>The clients of the control socket: how many there may be, a thread for each, and the end of all. Safe from any thread.</summary>
internal sealed class ControlClients(ControlService service)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ControlConnection> _connections = [];
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
            connection.Refuse(ControlProtocol.Busy, $"{Options.MaxControlConnections} clients are connected to process {Environment.ProcessId}, which is as many as may be");
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
            service.Context.Loop.Schedule(Options.ControlTimeout, () => _told.TrySetResult());
        }
    }

    private bool TryAdd(ControlConnection connection)
    {
        lock (_lock)
        {
            return !_finishing && _connections.Count < Options.MaxControlConnections && _connections.Add(connection);
        }
    }

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
        connection.Run();
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
