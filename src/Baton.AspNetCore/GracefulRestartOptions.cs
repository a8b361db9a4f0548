using Baton.Configuration;
using Baton.Hosting;

namespace Baton.AspNetCore;

/// <summary>Options of graceful restart for an ASP.NET Core application.</summary>
public sealed class GracefulRestartOptions : HostedRestartOptions
{
    /// <summary>
    /// How long, after a handover, a connection without a request in progress is kept before it is closed. A shutdown, after
    /// which no process serves, closes it at once. An HTTP/1.1 client may send its next request at the very moment in which an
    /// idle connection is closed, and only that request would be lost; so this should be longer than clients usually pause. A
    /// connection that carries a request in the meantime is closed with the answer, which loses nothing. Default 30 seconds. Zero
    /// closes at once; <see cref="Timeout.InfiniteTimeSpan"/> keeps it until the drain timeout.
    /// </summary>
    public TimeSpan IdleGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long, when the service shuts down and no other process of it serves, a connection is kept that has not sent a whole
    /// request yet: nothing, or a part of one. One that has had a request and is idle is closed at once then; where <see
    /// cref="RestarterOptions.ShutdownIdleGrace"/> is set, so that clients may still use it, it is kept as long as this, too.
    /// Default 1 second. Zero closes at once; <see cref="Timeout.InfiniteTimeSpan"/> keeps it until the drain timeout.
    /// </summary>
    public TimeSpan UnfinishedRequestGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether idle HTTP/1.1 connections without TLS move to the process that serves after a restart, instead of being closed.
    /// Clients do not notice. Only connections of TCP endpoints whose Kestrel has neither connection middleware nor
    /// <c>MaxConcurrentConnections</c>, and only those for which nothing is kept, as Negotiate does. Both processes must have it
    /// on. Default false: connections that have moved end with a successor that crashes on probation, which without this would
    /// have stayed with the process that serves again.
    /// </summary>
    public bool MoveIdleConnections { get; set; }

    /// <summary>How WebSockets, SignalR connections and streams of events end when this process is to finish.</summary>
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
