using Baton.Configuration;

namespace Baton.AspNetCore;

/// <summary>
/// Who may use the endpoints of <c>MapRestartAdmin</c>, and how much they may cost. What is said of policies is about
/// <c>RequireAuthorization</c> on these endpoints.
/// </summary>
public sealed class RestartAdminOptions
{
    /// <summary>
    /// Whether anybody who can connect may use the endpoints where no policy protects them. Default false: only TCP connections
    /// from this machine itself, of this process's user or root, with no sign of a proxy between.
    /// </summary>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Whether connections over a unix socket count as from this machine where no policy protects the endpoints. Default false:
    /// there is often a proxy at their other end.
    /// </summary>
    public bool AllowUnixSockets { get; set; }

    /// <summary>
    /// Whether connections from this machine may be of any user where no policy protects the endpoints, and also of one whom the
    /// kernel does not tell: in a user namespace, as rootless containers have it, or through a port that is redirected. Default
    /// false: only this process's user and root. A proxy on this machine that adds no header is let in by this option, and
    /// whoever asks through it.
    /// </summary>
    public bool AllowOtherUsers { get; set; }

    /// <summary>
    /// Host names by which the endpoints may be asked for, without port. Default none: where no policy protects them, only
    /// <c>localhost</c> and addresses, as the name of any other site could be made to point here; with a policy any. Where there
    /// are some, a policy does not set them aside.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// How many clients of one user may follow the events at the same time; one more is refused. Users are told apart by the name
    /// that the application's authentication gives them, else by the kernel. Root has places of its own. Default 16; 1 to 1000.
    /// </summary>
    public int MaxStreams { get; set; } = 16;

    /// <summary>
    /// How long a client may take to send its request, and how long one may not read events until it is dropped; also how long,
    /// and never longer than half of
    /// <see cref="RestarterOptions.ExitTimeout"/>, the end of the process waits for its last answers to be taken. Default 5
    /// seconds; more than zero, at most a day.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    internal void Describe(OptionVisitor o)
    {
        AllowRemote = o.Switch(nameof(AllowRemote), AllowRemote);
        AllowUnixSockets = o.Switch(nameof(AllowUnixSockets), AllowUnixSockets);
        AllowOtherUsers = o.Switch(nameof(AllowOtherUsers), AllowOtherUsers);
        o.Texts(
            nameof(AllowedHosts), AllowedHosts, static host => Uri.CheckHostName(host) != UriHostNameType.Unknown,
            "host names and addresses, without a port");
        MaxStreams = o.Number(nameof(MaxStreams), MaxStreams, 1, 1000, "1 to 1000");
        Timeout = o.Duration(nameof(Timeout), Timeout, DurationRange.AtMostADay);
    }
}
