using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// Asks the thread that listens on a channel to stop and give up the channel, so that another process can listen on it. The
/// thread watches <see cref="Number"/> beside the channel.
/// </summary>
internal sealed class DetachRequest : IDisposable
{
    private readonly ManualResetEventSlim _answered = new();

    // Closing one end wakes the thread that waits on the other.
    private readonly (Descriptor Ours, Descriptor Watched) _wake = UnixStream.CreatePair();
    private volatile Descriptor? _given;

    /// <summary>For poll: readable after a request.</summary>
    internal int Number => _wake.Watched.Number;

    /// <summary>Asks and waits; from any thread but the listening one.</summary>
    /// <returns>The channel, which the caller owns; null if the conversation has ended, or does not stop within the
    /// limit.</returns>
    internal Descriptor? Ask(TimeSpan limit)
    {
        _wake.Ours.Dispose();
        return _answered.Wait(limit) ? _given : null;
    }

    /// <summary>The answer, on the listening thread.</summary>
    internal void Give(Descriptor channel)
    {
        _given = channel;
        _answered.Set();
    }

    /// <summary>The conversation has ended. On the listening thread.</summary>
    public void Dispose()
    {
        _wake.Watched.Dispose();
        _wake.Ours.Dispose();
        _answered.Set();
    }
}
