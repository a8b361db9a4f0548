using Baton.Hosting;

namespace Baton.AspNetCore;

/// <summary>Options of graceful restart for an ASP.NET Core application.</summary>
public sealed class GracefulRestartOptions : HostedRestartOptions
{
    /// <summary>
    /// How long, after a handover or when shutting down, a connection without a request in progress is kept before it is closed. An HTTP/1.1
    /// client may send its next request at the very moment in which an idle connection is closed, and only that request would be lost; so this should be
    /// longer than clients usually pause. A connection that carries a request in the meantime is closed with the answer, which loses nothing.
    /// Default 30 seconds. Zero closes at once; <see cref="Timeout.InfiniteTimeSpan"/> keeps it until the drain timeout.
    /// </summary>
    public TimeSpan IdleGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that this process sends to itself before it serves.</summary>
    public WarmUpOptions WarmUp { get; } = new();

    /// <summary>Who may use the admin page and API.</summary>
    public RestartAdminOptions Admin { get; } = new();

    internal override void Validate()
    {
        base.Validate();
        Require(IdleGrace >= TimeSpan.Zero || IdleGrace == Timeout.InfiniteTimeSpan, nameof(IdleGrace), IdleGrace, "zero or more, or infinite");
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
