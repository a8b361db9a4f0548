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

    /// <summary>Requests that this process sends to itself before it serves.</summary>
    public WarmUpOptions WarmUp { get; } = new();

    /// <summary>Who may use the admin page and API.</summary>
    public RestartAdminOptions Admin { get; } = new();

    internal override void Validate()
    {
        base.Validate();
        Require(IdleGrace >= TimeSpan.Zero || IdleGrace == Timeout.InfiniteTimeSpan, nameof(IdleGrace), IdleGrace, "zero or more, or infinite");
        Require(
            UnfinishedRequestGrace >= TimeSpan.Zero || UnfinishedRequestGrace == Timeout.InfiniteTimeSpan, nameof(UnfinishedRequestGrace), UnfinishedRequestGrace, "zero or more, or infinite");
        Require(WarmUp.Connections is >= 1 and <= 64, "WarmUp.Connections", WarmUp.Connections, "1 to 64");
        Require(WarmUp.Rounds is >= 1 and <= 1000, "WarmUp.Rounds", WarmUp.Rounds, "1 to 1000");
        Require(WarmUp.Timeout > TimeSpan.Zero && WarmUp.Timeout <= TimeSpan.FromDays(1), "WarmUp.Timeout", WarmUp.Timeout, "more than zero, at most a day");
        Require(Uri.CheckHostName(WarmUp.Host) is UriHostNameType.Dns or UriHostNameType.IPv4, "WarmUp.Host", $"'{WarmUp.Host}'", "a host name, without a port");
        Require(Admin.MaxStreams is >= 1 and <= 1000, "Admin.MaxStreams", Admin.MaxStreams, "1 to 1000");
        Require(Admin.Timeout > TimeSpan.Zero && Admin.Timeout <= TimeSpan.FromDays(1), "Admin.Timeout", Admin.Timeout, "more than zero, at most a day");
        foreach (string host in Admin.AllowedHosts)
        {
            Require(Uri.CheckHostName(host) != UriHostNameType.Unknown, "Admin.AllowedHosts", $"'{host}'", "host names and addresses, without a port");
        }

        foreach (WarmUpRequest request in WarmUp.Requests)
        {
            Require(request.IsValid, "WarmUp.Requests", $"'{request}'", "a method, a path that begins with a slash, and headers, in ASCII without control characters");
        }
    }
}
