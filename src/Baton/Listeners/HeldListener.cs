using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Listeners;

/// <summary>
/// Our own descriptor of a listening socket, kept to be passed on. Whoever accepts does so on a twin (<see cref="Adopt"/>), so that
/// nothing .NET does to its sockets reaches the open file description that a successor shares.
/// </summary>
internal sealed class HeldListener(ListenerKey key, Descriptor descriptor, EventPolls polls, bool inherited) : IDisposable
{
    private readonly UnixPath? _path = UnixPath.Identify(key.Path);

    internal ListenerKey Key => key;

    /// <summary>Whether a predecessor had it before.</summary>
    internal bool IsInherited => inherited;

    internal Descriptor Descriptor => descriptor;

    /// <summary>Whether this process has asked for it, even if it has dropped it since.</summary>
    internal bool WasClaimed { get; private set; }

    /// <summary>A socket to accept on, with a descriptor number of its own.</summary>
    internal ClaimedListener Adopt(Action released)
    {
        WasClaimed = true;
        return new(descriptor.Duplicate(), polls, released) { IsInherited = inherited };
    }

    /// <summary>Removes the path of a unix socket, unless somebody else has put another socket there.</summary>
    internal void RemovePath() => _path?.Remove();

    /// <summary>Closes our descriptor. The port stays open as long as another process holds one.</summary>
    public void Dispose() => descriptor.Dispose();
}
