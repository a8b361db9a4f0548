using Baton.Configuration;

namespace Baton;

/// <summary>The control socket of the service, by which <c>baton</c> shows, restarts and ends it. Linux only.</summary>
public sealed class RestartControlOptions
{
    // Each has a thread while it is connected.
    private const int MostConnections = 1000;

    /// <summary>
    /// Whether the service has a control socket: the file <c>NAME.sock</c> in <see cref="Directory"/>. Through it <c>baton</c>,
    /// run by the same user or root, shows, restarts and ends the service. If it cannot be made, the log says so, and the service
    /// continues. Linux only. Default true.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The directory of the control socket, an absolute path. If it is missing, it is made for this user alone (0700). An
    /// existing one must have that mode. Default null: <c>baton</c> in the first directory of <c>$RUNTIME_DIRECTORY</c>, else in
    /// <c>$XDG_RUNTIME_DIR</c>, else <c>baton-UID</c> in <c>$TMPDIR</c> or <c>/tmp</c>.
    /// </summary>
    public string? Directory { get; set; }

    /// <summary>
    /// How long a client of the control socket may take to send its request. Also how long a client may not read an answer before
    /// it is dropped. Also how long the end of the process waits for the last lines. Default 5 seconds; more than zero, finite.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many clients of one user may watch over the control socket at the same time, and how many others of that user may be
    /// connected. One more is told that the service is busy. Root has places of its own. If no place is left, a client that has
    /// not sent its request is dropped. Default 16; between 1 and 1000.
    /// </summary>
    public int MaxConnections { get; set; } = 16;

    internal void Describe(OptionVisitor o)
    {
        Enabled = o.Switch(nameof(Enabled), Enabled);
        Directory = o.TextOrNone(nameof(Directory), Directory, RestarterOptions.IsAbsolute, "an absolute path");
        Timeout = o.Duration(nameof(Timeout), Timeout, DurationRange.MoreThanZero);
        MaxConnections = o.Number(nameof(MaxConnections), MaxConnections, 1, MostConnections, $"between 1 and {MostConnections}");
    }
}
