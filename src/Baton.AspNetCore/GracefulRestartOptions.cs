using Baton.Configuration;
using Baton.Hosting;

namespace Baton.AspNetCore;

/// <summary>Options of graceful restart for an ASP.NET Core application.</summary>
public sealed class GracefulRestartOptions : HostedRestartOptions
{
    /// <summary>
    /// How long a connection without a request is kept after a handover. A client may send its next request at the moment when an
    /// idle HTTP/1.1 connection is closed, and that request would be lost. So this time should be longer than the usual pause of
    /// clients. A connection that carries a request in this time is closed with the answer, which loses nothing. In a shutdown no
    /// process serves afterwards, so idle connections are closed at once. Default 30 seconds. Zero closes at once;
    /// <see cref="Timeout.InfiniteTimeSpan"/> keeps them until the drain timeout.
    /// </summary>
    public TimeSpan IdleGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a shutdown keeps a connection that has not sent a whole request yet: nothing, or a part of one. It counts only if
    /// no other process of the service serves. Idle connections that had a request before are closed at once; if
    /// <see cref="RestarterOptions.ShutdownIdleGrace"/> is set, they are kept as long as this too. Default 1 second. Zero closes
    /// at once; <see cref="Timeout.InfiniteTimeSpan"/> keeps them until the drain timeout.
    /// </summary>
    public TimeSpan UnfinishedRequestGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether idle HTTP/1.1 connections without TLS move to the process that serves after a restart. Otherwise they are closed.
    /// Clients do not notice a move. Only connections of TCP endpoints without connection middleware and without
    /// <c>MaxConcurrentConnections</c> move, and only those for which the server keeps no state, as Negotiate does. Both
    /// processes must have it on. Default false: if a successor crashes on probation, the connections that have moved are lost.
    /// Without a move they would have stayed with the process that serves again.
    /// </summary>
    public bool MoveIdleConnections { get; set; }

    /// <summary>How WebSockets, SignalR connections and event streams are closed when this process drains.</summary>
    public LongLivedOptions LongLived { get; } = new();

    /// <summary>Requests that this process sends to itself before it serves.</summary>
    public WarmUpOptions WarmUp { get; } = new();

    /// <summary>Who may use the admin page and API.</summary>
    public RestartAdminOptions Admin { get; } = new();

    internal override void Describe(OptionVisitor o)
    {
        base.Describe(o);
        IdleGrace = o.Duration(nameof(IdleGrace), IdleGrace, DurationRange.ZeroOrMoreOrInfinite);
        UnfinishedRequestGrace = o.Duration(
            nameof(UnfinishedRequestGrace), UnfinishedRequestGrace, DurationRange.ZeroOrMoreOrInfinite);
        MoveIdleConnections = o.Switch(nameof(MoveIdleConnections), MoveIdleConnections);
        o.Section(nameof(LongLived), nameof(LongLivedOptions.Notice), LongLived.Describe);
        o.Section(nameof(WarmUp), nameof(WarmUpOptions.Enabled), WarmUp.Describe);
        o.Section(nameof(Admin), nameof(RestartAdminOptions.AllowRemote), Admin.Describe);
    }
}
