using System.Net.Sockets;

namespace Baton.Resources;

/// <summary>What a resource is. Its row says what becomes of it: see <see cref="ResourcePolicy"/>.</summary>
internal enum ResourceKind
{
    /// <summary>A listener of a kind that this version does not know.</summary>
    Other,
    Tcp,
    Unix,

    /// <summary>A listener given by descriptor number.</summary>
    Handle,

    /// <summary>A request for a socket of systemd by its name; what is held then is <see cref="Activated"/>.</summary>
    Named,

    /// <summary>A socket that systemd made: its number and its name.</summary>
    Activated,

    /// <summary>The control socket, by its path.</summary>
    Control,

    /// <summary>The pid file, by its path: nothing is passed, but a successor says that it goes on with it.</summary>
    PidFile,

    /// <summary>The lock of the service's name, by the path of its file.</summary>
    NameLock,

    /// <summary>Memory with an item of state, by its name.</summary>
    State,

    /// <summary>The lock of the exclusive services, by the path of its file.</summary>
    ExclusiveLock,

    /// <summary>A unix socket that listens for connections of whole messages.</summary>
    Seqpacket,
    Udp,
    UnixDatagram,

    /// <summary>A file, pipe or connection of the application, by its name.</summary>
    Passed,

    /// <summary>An idle connection, by the key of its listener.</summary>
    Connection,
}

/// <summary>When a resource is passed to the successor.</summary>
internal enum Passing
{
    /// <summary>Never: it is only named.</summary>
    Never,

    /// <summary>With the answer to its hello: both processes have it from then on.</summary>
    AtHello,

    /// <summary>Between the closing of the predecessor's gate and the commit: only one process may use it.</summary>
    AtCommit,

    /// <summary>Between two processes that serve and finish, one after another.</summary>
    AfterCommit,
}

/// <summary>What becomes of the resources of one kind. A new kind is a row here and a file of its own.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Prefix">What the text form of its keys begins with; this travels.</param>
/// <param name="Passed">When a successor gets it.</param>
internal sealed record ResourcePolicy(ResourceKind Kind, string Prefix, Passing Passed)
{
    // In the order of the kinds.
    private static readonly ResourcePolicy[] Rows =
    [
        new(ResourceKind.Other, "", Passing.AtHello) { IsOfService = true, IsStored = true },
        new(ResourceKind.Tcp, "tcp:", Passing.AtHello) { IsOfService = true, IsStored = true },
        new(ResourceKind.Unix, "unix:", Passing.AtHello) { IsOfService = true, IsStored = true, HasPath = true },
        new(ResourceKind.Handle, "handle:", Passing.AtHello) { IsOfService = true, IsStored = true },
        new(ResourceKind.Named, "name:", Passing.Never),
        new(ResourceKind.Activated, "systemd:", Passing.AtHello) { IsOfService = true },
        new(ResourceKind.Control, "control:", Passing.AtHello) { HasPath = true, OwnerKeeps = true },
        new(ResourceKind.PidFile, "pid-file:", Passing.Never),
        new(ResourceKind.NameLock, "lock:", Passing.AtCommit),
        new(ResourceKind.State, "state:", Passing.AtCommit),
        new(ResourceKind.ExclusiveLock, "exclusive:", Passing.AtCommit),
        new(ResourceKind.Seqpacket, "unix-seqpacket:", Passing.AtHello)
        {
            IsOfService = true, IsStored = true, HasPath = true, Type = SocketType.Seqpacket,
        },
        new(ResourceKind.Udp, "udp:", Passing.AtHello) { IsOfService = true, IsStored = true, Type = SocketType.Dgram },
        new(ResourceKind.UnixDatagram, "unix-datagram:", Passing.AtHello)
        {
            IsOfService = true, IsStored = true, HasPath = true, Type = SocketType.Dgram,
        },
        new(ResourceKind.Passed, "passed:", Passing.AtHello),
        new(ResourceKind.Connection, "connection:", Passing.AfterCommit),
    ];

    /// <summary>
    /// Whether the service listens on it, or reads from it. The status shows it, it is counted, and a process answers for its
    /// path whether it uses it or not.
    /// </summary>
    internal bool IsOfService { get; private init; }

    /// <summary>Whether systemd's store keeps it over a crash.</summary>
    internal bool IsStored { get; private init; }

    /// <summary>Whether a name that begins with a slash is a path, which goes with the resource.</summary>
    internal bool HasPath { get; private init; }

    /// <summary>
    /// Where nobody takes it over: the process that has it keeps it until it has nothing left to do, and one that inherited it
    /// closes it at once. Else it is closed when no other process has it.
    /// </summary>
    internal bool OwnerKeeps { get; private init; }

    /// <summary>The type of its sockets.</summary>
    internal SocketType Type { get; private init; } = SocketType.Stream;

    /// <summary>What the kind is called in a hello.</summary>
    internal string WireName => Prefix.TrimEnd(':');

    /// <summary>The kinds that a successor of this version can load at the commit.</summary>
    internal static IReadOnlyList<string> LoadedAtCommit => NamesOf(Passing.AtCommit);

    /// <summary>The kinds that come one by one when it serves.</summary>
    internal static IReadOnlyList<string> TakenAfterCommit => NamesOf(Passing.AfterCommit);

    internal static ResourcePolicy Of(ResourceKind kind) => Rows[(int)kind];

    /// <summary>The kind of a key, by its text form.</summary>
    internal static ResourcePolicy Of(string text) =>
        Array.Find(Rows, row => row.Prefix.Length > 0 && text.StartsWith(row.Prefix, StringComparison.Ordinal)) ?? Rows[0];

    private static string[] NamesOf(Passing passed) => [.. Rows.Where(r => r.Passed == passed).Select(r => r.WireName)];
}
