namespace Baton.Interop;

/// <summary>
/// Options of a listening socket that decide who else may listen on its port, and what comes to it. They belong to the open file
/// description: all processes share them.
/// </summary>
internal static unsafe class ReusePort
{
    // No network interface has it.
    private const int NoInterface = int.MaxValue;

    /// <summary>
    /// Whether another socket of the same user that says the same may be bound to the same port (SO_REUSEPORT, socket(7)).
    /// </summary>
    internal static void Set(int fd, bool on)
    {
        int value = on ? 1 : 0;
        _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_REUSEPORT, &value, sizeof(int));
    }

    /// <summary>
    /// No new connection comes to a listener from now on: the kernel gives it to another one whose address is wider. Those in its
    /// queue, and those whose handshake has begun, stay. For good: to take it back needs CAP_NET_RAW.
    /// </summary>
    internal static void TurnAway(int fd)
    {
        int value = NoInterface;
        _ = Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_BINDTOIFINDEX, &value, sizeof(int));
    }
}
