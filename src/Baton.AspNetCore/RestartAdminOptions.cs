using Baton.Configuration;

namespace Baton.AspNetCore;

/// <summary>
/// Who may use the endpoints of <c>MapRestartAdmin</c>, and how much they may cost. What is said of policies is about
/// <c>RequireAuthorization</c> on these endpoints.
/// </summary>
public sealed class RestartAdminOptions
{
    /// <summary>
    /// Whether everybody who can connect may use the endpoints if no policy protects them. Default false: only TCP connections
    /// from this machine, of the user of this process or of root, without any sign of a proxy.
    /// </summary>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Whether a connection over a unix socket counts as a connection from this machine if no policy protects the endpoints.
    /// Default false: the other end is often a proxy.
    /// </summary>
    public bool AllowUnixSockets { get; set; }

    /// <summary>
    /// Whether connections from this machine may be of any user if no policy protects the endpoints. This includes users whom the
    /// kernel does not tell: in a user namespace, as in rootless containers, or behind a redirected port. Default false: only the
    /// user of this process and root. Careful: a proxy on this machine that adds no header is let in by this option, and
    /// everybody who asks through it.
    /// </summary>
    public bool AllowOtherUsers { get; set; }

    /// <summary>
    /// The host names by which the endpoints may be asked, without port. Default none: without a policy only <c>localhost</c> and
    /// addresses, because another site could point its own name to this machine; with a policy any name. If you set names, they
    /// hold with a policy too.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// How many clients of one user may follow the events at the same time. One more is refused. Users are told apart by the name
    /// that the authentication of the application gives, otherwise by the kernel. Root has places of its own. Default 16; 1 to
    /// 1000.
    /// </summary>
    public int MaxStreams { get; set; } = 16;

    /// <summary>
    /// How long a client may take to send its request. Also how long a client may not read events before it is dropped. Also how
    /// long the end of the process waits until clients have read their last answers, but never longer than half of
    /// <see cref="RestarterOptions.ExitTimeout"/>. Default 5 seconds; more than zero, at most a day.
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
