using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// A socket to accept on. It does not own its handle: an owning socket, disposed during an accept, sets SO_LINGER or disconnects
/// on the description that the successor shares. The descriptor is closed here when no accept is pending.
/// </summary>
internal sealed class ClaimedListener : IDisposable
{
    private readonly Descriptor? _descriptor;
    private readonly EventPolls? _polls;
    private Action? _released;

    /// <summary>A duplicate of a held listener.</summary>
    internal ClaimedListener(Descriptor descriptor, EventPolls polls, Action released)
    {
        (_descriptor, _polls, _released) = (descriptor, polls, released);
        Socket = new Socket(new SafeSocketHandle(descriptor.Number, ownsHandle: false));
    }

    /// <summary>A listener that cannot be passed on, on a platform without handover: an ordinary socket.</summary>
    internal ClaimedListener(Socket socket) => (Socket, _released) = (socket, static () => { });

    internal Socket Socket { get; }

    /// <summary>The key of the listener; default on a platform without handover.</summary>
    internal ResourceKey Key { get; init; }

    /// <summary>Whether it came from a predecessor or from systemd.</summary>
    internal bool IsInherited { get; init; }

    /// <summary>
    /// Listeners of the predecessor that get a part of this one's connections: accepted on until it is gone, then turned away
    /// from and emptied.
    /// </summary>
    internal IReadOnlyList<ClaimedListener> Beside { get; init; } = [];

    /// <inheritdoc cref="HeldListener.IsReached"/>
    internal bool IsReached => Reached();

    internal Func<bool> Reached { private get; init; } = static () => true;

    /// <summary>Makes the kernel give this listener's connections to the wider one.</summary>
    internal void TurnAway() => ReusePort.TurnAway(_descriptor!.Number);

    /// <summary>
    /// This process will not use it again, and another one does: its connections and datagrams no longer wake this process.
    /// </summary>
    internal void Quieten()
    {
        if (_descriptor is { IsClosed: false })
        {
            _polls!.Forget(_descriptor.Number);
        }
    }

    /// <summary>Closes it. Call when no accept is pending. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, null) is not { } released)
        {
            return;
        }

        Socket.Dispose();
        if (_descriptor is not null)
        {
            _polls!.Forget(_descriptor.Number);
            _descriptor.Dispose();
        }

        released();
    }
}
