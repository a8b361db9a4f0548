using System.Net.Sockets;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// Our own descriptor of a listening socket, kept to be passed on. Accepts happen on a duplicate (<see cref="Adopt"/>), so that
/// nothing that .NET does to its sockets reaches the open file description that a successor shares.
/// </summary>
/// <param name="key">Its key.</param>
/// <param name="descriptor">Owned from now on.</param>
/// <param name="polls">Removes listeners that are no longer accepted on.</param>
/// <param name="inherited">Whether a predecessor had it before.</param>
/// <param name="file">The file at its path when it was bound, as the predecessor reports it; empty for the current one.</param>
internal sealed class HeldListener(ResourceKey key, Descriptor descriptor, EventPolls polls, bool inherited, string file = "")
    : IDisposable
{
    private readonly UnixPath? _path = UnixPath.Parse(key.Path, file) ?? UnixPath.Identify(key.Path);

    internal ResourceKey Key => key;

    /// <summary>Whether a predecessor had it before.</summary>
    internal bool IsInherited => inherited;

    internal Descriptor Descriptor => descriptor;

    /// <summary>Whether this process has claimed it, even if it has dropped it since.</summary>
    internal bool WasClaimed { get; private set; }

    /// <summary>
    /// Whether clients can still reach it: always, unless it is a unix socket whose file was removed or replaced.
    /// </summary>
    internal bool IsReached => key.Path is null || (_path?.IsReached ?? false);

    /// <summary>The file of a unix socket, for a successor; empty for none.</summary>
    internal string PathIdentity => _path?.ToString() ?? "";

    /// <summary>A socket to accept on, with its own descriptor number.</summary>
    /// <param name="released">Called when no accept uses it any more.</param>
    /// <param name="beside">See <see cref="ClaimedListener.Beside"/>; null for none.</param>
    internal ClaimedListener Adopt(Action released, IReadOnlyList<ClaimedListener>? beside = null)
    {
        WasClaimed = true;
        return new(descriptor.Duplicate(), polls, released)
        {
            Key = key, IsInherited = inherited, Reached = () => IsReached, Beside = beside ?? [],
        };
    }

    /// <summary>Removes the path of a unix socket, unless another socket is there.</summary>
    internal void RemovePath() => _path?.Remove();

    /// <summary>Closes our descriptor. The port stays open while another process has one.</summary>
    public void Dispose() => descriptor.Dispose();
}
