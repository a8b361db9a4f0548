using System.Collections.Concurrent;
using Baton.AspNetCore.LongLived;
using Baton.AspNetCore.Moving;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Baton.AspNetCore;

/// <summary>
/// All open connections of this application's Kestrel, and their drain. In a drain an answer ends its connection. Idle
/// connections are closed after a grace, or at once where no other process serves. A connection without HTTP is told at once, and
/// waited for. Kestrel must not be stopping yet: it stops its heartbeat first, which HTTP/2 needs.
/// </summary>
internal sealed class OpenConnections : IServerWork
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(500);

    // An HTTP/2 connection with only long streams may get no next request whose answer could announce the end.
    private static readonly TimeSpan LongStream = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TrackedConnection, byte> _open = new();
    private readonly GracefulRestartOptions _options;
    private readonly ILogger _logger;
    private readonly Func<CancellationToken>? _draining;
    private readonly Lock _sweeping = new();

    // The drain in progress; null while this process serves.
    private volatile TaskCompletionSource? _drain;
    private volatile bool _nobodyServes;
    private long _begun;
    private int _accepting;

    internal OpenConnections(GracefulRestartOptions options, ILogger logger, Func<CancellationToken>? draining = null) =>
        (_options, _logger, _draining) = (options, logger, draining);

    /// <summary>Moves idle connections; null where that is off.</summary>
    internal ConnectionMoves? Moves { get; init; }

    /// <summary>SignalR connections between two requests hold a drain too; null where there is no SignalR.</summary>
    internal LooseHubConnections? Loose { get; init; }

    /// <summary>What applications see of the drain in progress, or of the next one.</summary>
    internal CancellationToken Draining => _draining?.Invoke() ?? CancellationToken.None;

    /// <summary>Whether answers end their connections.</summary>
    internal bool IsDraining => _drain is not null;

    /// <summary>Whether a connection of a listener is to move to another process.</summary>
    internal bool IsLeaving(string key) => _drain is not null && !_nobodyServes && Moves?.Wants(key) == true;

    /// <summary>Whether the answer to a request leaves its connection open, which is to move then.</summary>
    internal bool StaysOpen(TrackedConnection connection) =>
        connection.IsPrivate
        || (connection.Movable is { MovesAfterRequest: true }
            && connection.IsLeaving
            && !Passed(Volatile.Read(ref _begun), _options.TimeProvider.GetTimestamp(), _options.IdleGrace));

    public Task DrainAsync(CancellationToken calledBack)
    {
        var drain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _begun, _options.TimeProvider.GetTimestamp());
        _nobodyServes = false;
        _drain = drain;

        // Not disposed with the drain: a process that has drained may still be called back.
        calledBack.Register(() =>
        {
            // Before the gate opens: answers must no longer end their connections.
            _drain = null;
            Moves?.Stay();
            drain.TrySetCanceled(calledBack);
        });
        CompleteIfNoneHolds();

        // On another thread: the caller is the control loop, and there may be many connections.
        _ = Task.Run(() => SweepAsync(drain), CancellationToken.None);
        _ = Moves?.LeaveAsync(() => _open.Keys, drain.Task, () => _drain == drain && !_nobodyServes);
        return drain.Task;
    }

    public void NobodyServes()
    {
        if (_drain is { } drain)
        {
            _nobodyServes = true;
            _ = Task.Run(() => Sweep(drain), CancellationToken.None);
        }
    }

    public void Describe(OpenWorkReport report)
    {
        report.CountsConnections = true;
        foreach (TrackedConnection connection in _open.Keys)
        {
            connection.Describe(report);
        }
    }

    public OpenWork Cut()
    {
        var cut = default(OpenWork);
        foreach (TrackedConnection connection in _open.Keys)
        {
            int requests = connection.Requests;
            if (requests == 0 && !connection.IsWithoutHttp)
            {
                // Idle connections and observers are not cut. A client that has sent half of a request would delay the server's
                // stop.
                bool first = Tell(connection);
                if (connection.HoldsDrain && !(first && connection.HasServed))
                {
                    connection.Abort(new ConnectionAbortedException("This process ends."));
                }
            }
            else
            {
                cut += new OpenWork(1, requests);
                connection.Abort(new ConnectionAbortedException("The drain of this process was cut short."));
            }
        }

        Moves?.Cut();
        _ = AbortUnfinishedAsync();
        return cut;
    }

    /// <summary>Accepts one connection. One that arrives while the gate closes is still ours: the drain waits for this.</summary>
    internal async ValueTask<ConnectionContext?> AcceptAsync(
        TransportListener listener, EndpointProtocol protocol, CancellationToken open)
    {
        Interlocked.Increment(ref _accepting);
        try
        {
            ConnectionContext? accepted = await listener.Listener.AcceptAsync(open).ConfigureAwait(false);
            return accepted is null ? null : Track(accepted, protocol, listener.Key);
        }
        finally
        {
            Interlocked.Decrement(ref _accepting);
            CompleteIfNoneHolds();
        }
    }

    internal void Add(TrackedConnection connection) => _open[connection] = 0;

    internal void Remove(TrackedConnection connection)
    {
        _open.TryRemove(connection, out _);
        CompleteIfNoneHolds();
    }

    /// <summary>Completes the drain if no connection holds it any more.</summary>
    internal void CompleteIfNoneHolds()
    {
        // Called at the end of each connection, so it stops at the first one that holds the drain.
        if (_drain is { } drain && Volatile.Read(ref _accepting) == 0 && _open.All(static o => !o.Key.HoldsDrain)
            && (_nobodyServes || Loose is not { Hold: true }))
        {
            drain.TrySetResult();
        }
    }

    /// <summary>After the drain: aborts connections of observers that have not read their last answer, and counts them.</summary>
    internal int AbortObservers()
    {
        TrackedConnection[] left = [.. _open.Keys.Where(c => c is { Requests: 0, IsPrivate: false })];
        Array.ForEach(left, c => c.Abort(new ConnectionAbortedException("This process ends.")));
        return left.Length;
    }

    /// <summary>Follows a connection to its end.</summary>
    internal TrackedConnection Track(ConnectionContext connection, EndpointProtocol protocol, string key, Arrival? moved = null)
    {
        var tracked = new TrackedConnection(connection, this, protocol) { ListenerKey = key };
        if (protocol.IsPlainHttp1)
        {
            Moves?.MakeMovable(tracked, connection, moved);
        }

        Add(tracked);
        return tracked;
    }

    private async Task SweepAsync(TaskCompletionSource drain)
    {
        using var timer = new PeriodicTimer(SweepInterval, _options.TimeProvider);
        while (!drain.Task.IsCompleted)
        {
            Sweep(drain);
            await Task.WhenAny(drain.Task, timer.WaitForNextTickAsync(CancellationToken.None).AsTask()).ConfigureAwait(false);
        }
    }

    private void Sweep(TaskCompletionSource drain)
    {
        lock (_sweeping)
        {
            long now = _options.TimeProvider.GetTimestamp();
            foreach (TrackedConnection connection in _open.Keys.TakeWhile(_ => _drain == drain))
            {
                Look(connection, now);
            }
        }

        CompleteIfNoneHolds();
    }

    private void Look(TrackedConnection connection, long now)
    {
        if (!connection.HoldsDrain)
        {
            // The last answers to observers are written, and no request may follow. HTTP/1.1 connections end with the answer.
            if (connection.IsHttp2)
            {
                Tell(connection);
            }
        }
        else if (connection.Requests > 0)
        {
            connection.IdleSince = null;
            if (connection.IsHttp2 && Passed(Volatile.Read(ref _begun), now, LongStream))
            {
                Tell(connection);
            }
        }
        else if (connection.IsWithoutHttp)
        {
            Tell(connection);
        }
        else
        {
            LookAtIdle(connection, connection.IdleSince ??= now, now);
        }
    }

    private void LookAtIdle(TrackedConnection connection, long since, long now)
    {
        if (!_nobodyServes)
        {
            if (Passed(since, now, _options.IdleGrace))
            {
                Tell(connection);
            }
        }
        else if (connection.HasServed && _options.ShutdownIdleGrace == TimeSpan.Zero && Tell(connection))
        {
            // Kestrel closes it, unless a part of the next request has come.
        }
        else if (Passed(since, now, _options.UnfinishedRequestGrace) && !Tell(connection))
        {
            connection.Abort(new ConnectionAbortedException("This process ends, and no whole request has come."));
        }
    }

    // Connections that were idle at the cut, and had sent a part of a request.
    private async Task AbortUnfinishedAsync()
    {
        TaskCompletionSource? drain = _drain;
        TimeSpan grace = _options.UnfinishedRequestGrace;
        await Task.Delay(grace == Timeout.InfiniteTimeSpan ? _options.ExitTimeout : grace, _options.TimeProvider)
            .ConfigureAwait(false);
        foreach (TrackedConnection connection in _open.Keys.Where(c => _drain == drain && c is { Requests: 0, HoldsDrain: true }))
        {
            connection.Abort(new ConnectionAbortedException("This process ends."));
        }
    }

    /// <summary>Asks a connection to end. This runs callbacks of the application, which can fail.</summary>
    internal void RequestClose(TrackedConnection connection)
    {
        try
        {
            connection.RequestClose();
        }
        catch (Exception e)
        {
            // All callbacks have run, Kestrel's too: the connection ends.
            _logger.CloseRequestFailed(connection.ConnectionId, e);
        }
    }

    /// <summary>Tells a connection to end, on another thread: callbacks of the application may block.</summary>
    /// <returns>False if it was told before.</returns>
    private bool Tell(TrackedConnection connection)
    {
        if (!connection.BeginAnnouncing())
        {
            return false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static told => told.all.RequestClose(told.connection), (all: this, connection), preferLocal: false);
        return true;
    }

    private bool Passed(long since, long now, TimeSpan limit) =>
        limit != Timeout.InfiniteTimeSpan && _options.TimeProvider.GetElapsedTime(since, now) >= limit;
}
