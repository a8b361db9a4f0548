using Baton.Configuration;

namespace Baton.AspNetCore;

/// <summary>
/// How connections end that live for long: WebSockets, SignalR, server-sent events, and others that were upgraded. When a drain
/// begins the application is told by <see cref="IDrainingFeature"/> and <see cref="Restarter.Draining"/>. What it has not ended
/// after <see cref="Notice"/> is ended by Baton in the way of its protocol, so that clients come back to the successor.
/// </summary>
public sealed class LongLivedOptions
{
    /// <summary>
    /// How long the application has to close such a connection itself. After a roll back within this time none was closed, so it
    /// should not be shorter than <see cref="RestarterOptions.Probation"/>. Default 10 seconds. Zero: no time.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: Baton closes none, and the drain timeout cuts what is left.
    /// </summary>
    public TimeSpan Notice { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time over which Baton spreads the closes after the notice, in a random order, so that not all clients connect again at
    /// the same moment. It never exceeds the drain timeout. In a shutdown there is no spread, because nobody serves afterwards.
    /// Default 10 seconds; zero or more. Zero: all at once.
    /// </summary>
    public TimeSpan CloseSpread { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the peer and the application may take to answer a close. Then the connection is aborted. A call of a SignalR hub
    /// in progress has the same time before its connection is closed. Default 5 seconds; more than zero.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The status of the close frame that a WebSocket gets at a restart. Default 1012, "service restart" (IANA, WebSocket close
    /// codes); between 1000 and 4999. In a shutdown it is 1001, "going away" (RFC 6455, 7.4.1).
    /// </summary>
    public int CloseStatus { get; set; } = 1012;

    /// <summary>
    /// How many requests this process forwards at a time to older processes that they belong to, such as SignalR's long polls
    /// (see <see cref="IAffinityRule"/>). More are answered here, which does not know what they belong to. Default 1000, at most
    /// 100000. Zero forwards none, and takes none from a newer process.
    /// </summary>
    public int MaxForwardedRequests { get; set; } = 1000;

    internal void Describe(OptionVisitor o)
    {
        Notice = o.Duration(nameof(Notice), Notice, DurationRange.ZeroOrMoreOrInfinite);
        CloseSpread = o.Duration(nameof(CloseSpread), CloseSpread, DurationRange.ZeroOrMore);
        CloseTimeout = o.Duration(nameof(CloseTimeout), CloseTimeout, DurationRange.MoreThanZero);
        CloseStatus = o.Number(nameof(CloseStatus), CloseStatus, 1000, 4999, "1000 to 4999");
        MaxForwardedRequests = o.Number(nameof(MaxForwardedRequests), MaxForwardedRequests, 0, 100_000, "0 to 100000");
    }
}
