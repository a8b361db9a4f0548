using Baton.Interop;
using Microsoft.Extensions.Logging;

namespace Baton.Resources;

/// <summary>
/// The idle connections that move between this process and another generation: who serves those that come, and where those go
/// that this process no longer serves. Safe from any thread.
/// </summary>
internal sealed class MovingConnections(ILogger logger)
{
    private readonly Lock _lock = new();
    private Func<MovedConnection, bool>[] _servers = [];
    private volatile IMovingTarget? _target;

    internal ILogger Logger => logger;

    /// <summary>Whether a server of this process takes connections of another one.</summary>
    internal bool IsServed => Volatile.Read(ref _servers).Length > 0;

    /// <summary>The process that serves instead of this one; null for none, or one that takes none.</summary>
    internal IMovingTarget? Target => _target;

    /// <summary>The predecessor, which serves again after a roll back; null if it takes none.</summary>
    internal IMovingTarget? Predecessor { get; set; }

    /// <summary>Serves a private connection over which a newer process forwards requests; null if none are served.</summary>
    internal Action<Descriptor>? RequestServer { private get; set; }

    /// <summary>Called with the number of connections that another process has taken.</summary>
    internal Action<int>? Counted { private get; set; }

    /// <summary>Adds a server. It returns whether it takes the connection.</summary>
    internal void Add(Func<MovedConnection, bool> server)
    {
        lock (_lock)
        {
            _servers = [.. _servers, server];
        }
    }

    /// <summary>A process serves instead of this one.</summary>
    internal void GoTo(IMovingTarget? target) => _target = target;

    /// <summary>It takes no more.</summary>
    internal void Lose(IMovingTarget target)
    {
        lock (_lock)
        {
            _target = _target == target ? null : _target;
            Predecessor = Predecessor == target ? null : Predecessor;
        }
    }

    /// <summary>Serves a private connection.</summary>
    /// <returns>False if none are served: the caller still owns it.</returns>
    internal bool TryServe(Descriptor requests)
    {
        RequestServer?.Invoke(requests);
        return RequestServer is not null;
    }

    internal void CountSent(int count) => Counted?.Invoke(count);

    /// <summary>
    /// A connection of another process, or one that no other process has taken. One that nobody here wants is closed.
    /// </summary>
    internal void Serve(MovedConnection connection)
    {
        if (!Array.Exists(Volatile.Read(ref _servers), server => server(connection)))
        {
            connection.Close();
        }
    }
}

/// <summary>Another process that takes connections. A seam for tests.</summary>
internal interface IMovingTarget
{
    /// <summary>Whether it listens on what accepted a connection.</summary>
    bool Wants(string key);

    /// <summary>Sends a connection, and completes when the other process has it.</summary>
    /// <returns>False if it has not: the caller still owns the connection.</returns>
    Task<bool> SendAsync(MovedConnection connection);

    /// <summary>Sends no more, and waits for no answer.</summary>
    void Close();
}
