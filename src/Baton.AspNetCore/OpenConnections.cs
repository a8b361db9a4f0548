using System.Collections.Concurrent;
using Baton.Lifecycle;
using Microsoft.AspNetCore.Connections;

namespace Baton.AspNetCore;

/// <summary>
/// Every open connection of this application's Kestrel, and their drain: an answer ends its connection, an idle one is closed after a grace, and
/// whoever waits hears when none is left. Kestrel itself must not be stopping yet: it stops its own clock first, and HTTP/2 needs that.
/// </summary>
internal sealed class OpenConnections : IRestartParticipant
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(500);

    // An HTTP/2 connection with only long streams never brings a next request to announce the end with.
    private static readonly TimeSpan LongStream = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TrackedConnection, byte> _open = new();
    private readonly GracefulRestartOptions _options;

    // The drain that goes on; null while this process serves.
    private volatile TaskCompletionSource? _drain;
    private int _accepting;

    public OpenConnections(Restarter restarter, GracefulRestartOptions options)
    {
        _options = options;
        restarter.Register(this);
    }

    /// <summary>Whether answers end their connections.</summary>
    internal bool IsDraining => _drain is not null;

    public async Task DrainAsync(CancellationToken calledBack)
    {
        var drain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _drain = drain;

        // Not disposed with this drain: a process that has drained is called back all the same.
        calledBack.Register(() =>
        {
            // Before anything is accepted again: its answers must not end their connections.
            _drain = null;
            drain.TrySetCanceled(calledBack);
        });
        CompleteIfNoneHolds();
        long begun = _options.TimeProvider.GetTimestamp();
        using var timer = new PeriodicTimer(SweepInterval, _options.TimeProvider);
        while (!drain.Task.IsCompleted)
        {
            Sweep(begun);
            await Task.WhenAny(drain.Task, timer.WaitForNextTickAsync(CancellationToken.None).AsTask()).ConfigureAwait(false);
        }

        await drain.Task.ConfigureAwait(false);
    }

    public void Describe(OpenWorkReport report)
    {
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
            if (requests == 0)
            {
                // Idle, or observers, which nobody cuts.
                connection.AnnounceClose();
            }
            else
            {
                cut += new OpenWork(1, requests);
                connection.Abort(new ConnectionAbortedException("The drain of this process was cut short."));
            }
        }

        return cut;
    }

    /// <summary>
    /// Accepts one connection. One that arrives at the moment the gate closes is still ours: nothing is drained while this runs.
    /// </summary>
    internal async ValueTask<ConnectionContext?> AcceptAsync(IConnectionListener listener, CancellationToken open)
    {
        Interlocked.Increment(ref _accepting);
        try
        {
            return await listener.AcceptAsync(open).ConfigureAwait(false) is { } connection ? Track(connection) : null;
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

    /// <summary>Looks whether the drain, if there is one, is over.</summary>
    internal void CompleteIfNoneHolds()
    {
        // Only while draining, and no further than to the first that holds: this is asked at the end of each connection.
        if (_drain is { } drain && Volatile.Read(ref _accepting) == 0 && _open.All(static open => !open.Key.HoldsDrain))
        {
            drain.TrySetResult();
        }
    }

    /// <summary>After the end of the drain: aborts the connections of those who have not taken their last answer.</summary>
    /// <returns>How many there were.</returns>
    internal int AbortObservers()
    {
        int aborted = 0;
        foreach (TrackedConnection connection in _open.Keys.Where(c => c.Requests == 0))
        {
            connection.Abort(new ConnectionAbortedException("This process ends."));
            aborted++;
        }

        return aborted;
    }

    private TrackedConnection Track(ConnectionContext connection)
    {
        var tracked = new TrackedConnection(connection, this);
        Add(tracked);
        return tracked;
    }

    private void Sweep(long begun)
    {
        long now = _options.TimeProvider.GetTimestamp();
        foreach (TrackedConnection connection in _open.Keys)
        {
            if (!connection.HoldsDrain)
            {
                // What observers are still to be told is written, and nothing new is to come. An HTTP/1.1 connection ends with that by itself.
                if (connection.IsHttp2)
                {
                    connection.AnnounceClose();
                }

                continue;
            }

            bool idle = connection.Requests == 0;
            connection.IdleSince = idle ? connection.IdleSince ?? now : null;
            if (idle ? Passed(connection.IdleSince!.Value, now, _options.IdleGrace) : connection.IsHttp2 && Passed(begun, now, LongStream))
            {
                connection.AnnounceClose();
            }
        }
    }

    private bool Passed(long since, long now, TimeSpan limit) =>
        limit != Timeout.InfiniteTimeSpan && _options.TimeProvider.GetElapsedTime(since, now) >= limit;
}
