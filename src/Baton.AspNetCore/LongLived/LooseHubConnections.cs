using System.Collections.Concurrent;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// SignalR connections that no HTTP connection carries: those of long polling, and negotiations whose client has not connected
/// yet. A drain waits for them, so that their requests, which reach the newer process, can be forwarded. Safe from any thread.
/// </summary>
/// <param name="has">Whether SignalR still has a connection of a token.</param>
/// <param name="options">For the clock, and the limit for a client to connect, or to fetch the end.</param>
internal sealed class LooseHubConnections(Func<string, bool> has, GracefulRestartOptions options)
{
    // SignalR forgets a negotiation after as long.
    private static readonly TimeSpan TimeToConnect = TimeSpan.FromSeconds(15);

    // By token, with the time of its end; null while the hub has it.
    private readonly ConcurrentDictionary<string, long?> _connections = new();
    private long _negotiatedAt;
    private int _negotiated;

    /// <summary>Whether a drain is to wait.</summary>
    internal bool Hold =>
        (Volatile.Read(ref _negotiated) > 0 && IsWithin(TimeToConnect, Volatile.Read(ref _negotiatedAt)))
        || _connections.Any(IsHere);

    /// <summary>A client negotiates: it connects in a moment.</summary>
    internal void Negotiate()
    {
        Volatile.Write(ref _negotiatedAt, options.TimeProvider.GetTimestamp());
        Interlocked.Increment(ref _negotiated);
    }

    /// <summary>A client that has negotiated is connected.</summary>
    /// <param name="token">Its token.</param>
    /// <param name="isLoose">Whether its requests come and go.</param>
    internal void Add(string token, bool isLoose)
    {
        // Some never connect; then the count is only too high for the time of the last.
        if (Interlocked.Decrement(ref _negotiated) < 0)
        {
            Interlocked.Increment(ref _negotiated);
        }

        if (isLoose)
        {
            _connections[token] = null;
        }
    }

    /// <summary>The hub has ended it. Its client is yet to fetch the end.</summary>
    internal void End(string token)
    {
        if (_connections.TryUpdate(token, options.TimeProvider.GetTimestamp(), comparisonValue: null))
        {
            _ = ForgetAsync(token);
        }
    }

    private async Task ForgetAsync(string token)
    {
        await Task.Delay(options.LongLived.CloseTimeout, options.TimeProvider).ConfigureAwait(false);
        _connections.TryRemove(token, out _);
    }

    private bool IsHere(KeyValuePair<string, long?> connection) =>
        connection.Value is not { } ended || (IsWithin(options.LongLived.CloseTimeout, ended) && has(connection.Key));

    private bool IsWithin(TimeSpan time, long since) => options.TimeProvider.GetElapsedTime(since) < time;
}
