using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// Asks the thread that listens on a channel to stop and to give the channel up, since another process is to listen on it. That
/// thread watches <see cref="Number"/> beside the channel.
/// </summary>
internal sealed class DetachRequest : IDisposable
{
    private readonly ManualResetEventSlim _answered = new();

    // Closing the one wakes who waits on the other.
    private readonly (Descriptor Ours, Descriptor Watched) _wake = UnixStream.CreatePair();
    private volatile Descriptor? _given;

    /// <summary>For poll: readable once somebody has asked.</summary>
    internal int Number => _wake.Watched.Number;

    /// <summary>Asks and waits; from any thread but the one that listens.</summary>
    /// <returns>The channel, the caller's now; null if the talk has ended, or does not stop within the limit.</returns>
    internal Descriptor? Ask(TimeSpan limit)
    {
        _wake.Ours.Dispose();
        return _answered.Wait(limit) ? _given : null;
    }

    /// <summary>The answer, on the thread that listens.</summary>
    internal void Give(Descriptor channel)
    {
        _given = channel;
        _answered.Set();
    }

    /// <summary>Nothing more is to be had: the talk has ended. On the thread that listens.</summary>
    public void Dispose()
    {
        _wake.Watched.Dispose();
        _wake.Ours.Dispose();
        _answered.Set();
    }
}
