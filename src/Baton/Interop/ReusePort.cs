namespace Baton.Interop;

/// <summary>
/// Socket options that decide who else may listen on a port, and which connections a listener gets. They belong to the open file
/// description, which all processes share.
/// </summary>
internal static unsafe class ReusePort
{
    // No network interface has this index.
    private const int NoInterface = int.MaxValue;

    /// <summary>
    /// Whether another socket of the same user with this option may bind the same port (SO_REUSEPORT, socket(7)).
    /// </summary>
    internal static void Set(int fd, bool on)
    {
        int value = on ? 1 : 0;
        _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, &value, sizeof(int));
    }

    /// <summary>
    /// Stops new connections to a listener: the kernel gives them to another listener with a wider address. Connections in its
    /// queue or in their handshake stay. Undoing this needs CAP_NET_RAW.
    /// </summary>
    internal static void TurnAway(int fd)
    {
        int value = NoInterface;
        _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_BINDTOIFINDEX, &value, sizeof(int));
    }
}
