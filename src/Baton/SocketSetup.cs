using System.Net.Sockets;

namespace Baton;

/// <summary>How a socket is known across restarts, and how a new one is made. For <see cref="SocketRegistry"/>.</summary>
public sealed record SocketSetup
{
    /// <summary>
    /// What the application calls the socket: 1 to 64 letters, digits, '.', '-' and '_', the first a letter. Default null: it is
    /// known by its address and, among equal ones, by the order in which they are asked for. Names keep apart what asks for the
    /// same address, such as port 0, and may be given, changed or dropped from one release to the next. Where the address of a
    /// name changes, a new socket is bound, and the log names both.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// Makes it one of several sockets on one address, among which the kernel spreads connections or datagrams (SO_REUSEPORT):
    /// its number in the group, 0 or more. A successor gets the socket of each number again. Default null: the only one of its
    /// address.
    /// </summary>
    public int? GroupIndex { get; init; }

    /// <summary>
    /// What <see cref="SocketRegistry.Listen(System.Net.EndPoint, SocketSetup)"/> makes: <see cref="SocketType.Stream"/>, the
    /// default, or <see cref="SocketType.Seqpacket"/> for a unix socket whose messages keep their borders. <see
    /// cref="SocketRegistry.Bind"/> makes datagram sockets whatever this says.
    /// </summary>
    public SocketType Type { get; init; } = SocketType.Stream;

    /// <summary>
    /// The connections that the kernel queues while nobody accepts; zero or more. Default <see
    /// cref="SocketRegistry.DefaultBacklog"/>; the kernel caps it at <c>net.core.somaxconn</c>.
    /// </summary>
    public int Backlog { get; init; } = SocketRegistry.DefaultBacklog;

    /// <summary>
    /// Sets options of a new socket before it is bound, such as buffer sizes or membership of multicast groups. Default null. Not
    /// called for a socket that was inherited, since that has kept its options and memberships.
    /// </summary>
    public Action<Socket>? BeforeBind { get; init; }

    internal void Validate()
    {
        if (Name is { } name && !Resources.ResourceKey.IsLabel(name))
        {
            throw new ArgumentException(
                $"The name of a socket is 1 to 64 letters, digits, '.', '-' and '_', the first a letter; this is \"{name}\".");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(GroupIndex ?? 0);
        ArgumentOutOfRangeException.ThrowIfNegative(Backlog);
    }
}
