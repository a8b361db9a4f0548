namespace Baton.AspNetCore.LongLived;

/// <summary>A request that lives for long, and that a draining process ends in the way of its protocol.</summary>
internal abstract class LongLivedRequest
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it is, for people and metrics.</summary>
    internal abstract string Kind { get; }

    /// <summary>
    /// Whether a shutdown, after which no process serves, ends it at once, as it would without Baton.
    /// </summary>
    internal virtual bool EndsAtOnceInShutdown => false;

    /// <summary>The connection that its HTTP request came over; null for one of SignalR's, whose requests come and go.</summary>
    internal TrackedConnection? Connection { get; set; }

    /// <summary>
    /// Whether it is nothing that must be closed, as it looks now: what has not been answered may yet become a stream.
    /// </summary>
    internal virtual bool EndsByItself => false;

    /// <summary>Completes when the application is done with it.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>
    /// Somebody else ends it: the SignalR connection that it carries, or the admin API, which tells its clients of the restart.
    /// </summary>
    internal bool IsLeftAlone { get; set; }

    /// <summary>Whether it counts as cut.</summary>
    internal bool IsCut { get; set; }

    /// <summary>The application is done with it.</summary>
    internal void End() => _ended.TrySetResult();

    /// <summary>
    /// Ends it politely, and otherwise within the limit. Called once, on a thread of the pool. Callbacks of the application run
    /// in it, and may throw.
    /// </summary>
    /// <param name="close">How.</param>
    internal abstract Task CloseAsync(LongLivedClose close);

    /// <summary>Waits until the application is done with it.</summary>
    /// <returns>Whether it was in time.</returns>
    internal async Task<bool> HasEndedAsync(TimeSpan limit, TimeProvider time)
    {
        try
        {
            await Ended.WaitAsync(limit, time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

/// <summary>How long-lived requests are closed.</summary>
/// <param name="Status">The status of a WebSocket's close frame.</param>
/// <param name="Reason">Its reason.</param>
/// <param name="Limit">How long peer and application may take.</param>
/// <param name="Time">The clock.</param>
internal sealed record LongLivedClose(int Status, string Reason, TimeSpan Limit, TimeProvider Time);
