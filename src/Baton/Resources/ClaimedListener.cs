using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// A socket to accept on. It does not own its handle: a socket that does sets SO_LINGER or disconnects when disposed during an
/// accept, on the description that the successor shares. The descriptor behind it is closed here, when nobody accepts any more.
/// </summary>
internal sealed class ClaimedListener : IDisposable
{
    private readonly Descriptor? _descriptor;
    private readonly EventPolls? _polls;
    private Action? _released;

    /// <summary>A twin of a held listener.</summary>
    internal ClaimedListener(Descriptor descriptor, EventPolls polls, Action released)
    {
        (_descriptor, _polls, _released) = (descriptor, polls, released);
        Socket = new Socket(new SafeSocketHandle(descriptor.Number, ownsHandle: false));
    }

    /// <summary>A listener that can't be passed on, on a platform without handover: an ordinary socket.</summary>
    internal ClaimedListener(Socket socket) => (Socket, _released) = (socket, static () => { });

    internal Socket Socket { get; }

    /// <summary>Whether it was somebody's before: a predecessor's, or systemd's.</summary>
    internal bool IsInherited { get; init; }

    /// <summary>
    /// Listeners of the predecessor that get a part of what this one is to get: to be accepted on until it is gone, then turned
    /// away from, and emptied.
    /// </summary>
    internal IReadOnlyList<ClaimedListener> Beside { get; init; } = [];

    /// <inheritdoc cref="HeldListener.IsReached"/>
    internal bool IsReached => Reached();

    internal Func<bool> Reached { private get; init; } = static () => true;

    /// <summary>Has the kernel give what would come here to the listener that this one is beside of.</summary>
    internal void TurnAway() => ReusePort.TurnAway(_descriptor!.Number);

    /// <summary>Closes it; call when no accept is pending. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, null) is not { } released)
        {
            return;
        }

        Socket.Dispose();
        if (_descriptor is not null)
        {
            _polls!.Forget(_descriptor);
            _descriptor.Dispose();
        }

        released();
    }
}
