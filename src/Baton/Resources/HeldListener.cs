using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// Our own descriptor of a listening socket, kept to be passed on. Whoever accepts does so on a twin (<see cref="Adopt"/>), so
/// that nothing .NET does to its sockets reaches the open file description that a successor shares.
/// </summary>
/// <param name="key">What it is known by.</param>
/// <param name="descriptor">Owned from now on.</param>
/// <param name="polls">Forget what is accepted on no more.</param>
/// <param name="inherited">Whether a predecessor had it before.</param>
/// <param name="file">What lay at its path when it was bound, as the predecessor says; empty for what lies there now.</param>
internal sealed class HeldListener(ResourceKey key, Descriptor descriptor, EventPolls polls, bool inherited, string file = "")
    : IDisposable
{
    private readonly UnixPath? _path = UnixPath.Parse(key.Path, file) ?? UnixPath.Identify(key.Path);

    internal ResourceKey Key => key;

    /// <summary>Whether a predecessor had it before.</summary>
    internal bool IsInherited => inherited;

    internal Descriptor Descriptor => descriptor;

    /// <summary>Whether this process has asked for it, even if it has dropped it since.</summary>
    internal bool WasClaimed { get; private set; }

    /// <summary>
    /// Whether clients still find it: always, unless it is a unix socket whose file was removed, or replaced by another's.
    /// </summary>
    internal bool IsReached => key.Path is null || (_path?.IsReached ?? false);

    /// <summary>The file of a unix socket, for a successor; empty for none.</summary>
    internal string PathIdentity => _path?.ToString() ?? "";

    /// <summary>A socket to accept on, with a descriptor number of its own.</summary>
    /// <param name="released">Called when nobody accepts on it any more.</param>
    /// <param name="beside">See <see cref="ClaimedListener.Beside"/>; null for none.</param>
    internal ClaimedListener Adopt(Action released, IReadOnlyList<ClaimedListener>? beside = null)
    {
        WasClaimed = true;
        return new(descriptor.Duplicate(), polls, released)
        {
            IsInherited = inherited, Reached = () => IsReached, Beside = beside ?? [],
        };
    }

    /// <summary>Removes the path of a unix socket, unless somebody else has put another socket there.</summary>
    internal void RemovePath() => _path?.Remove();

    /// <summary>Closes our descriptor. The port stays open as long as another process holds one.</summary>
    public void Dispose() => descriptor.Dispose();
}
