namespace Baton.Handover;

/// <summary>
/// How many frames of a peer are read in a second. A peer that sends more waits, as its socket is full: a flood costs neither
/// memory nor a processor. Belongs to the thread that receives.
/// </summary>
internal sealed class FrameBudget(TimeProvider time)
{
    /// <summary>Far more than any conversation has.</summary>
    internal const int MostFrames = 1000;

    /// <summary>Four of the longest, or a thousand listeners and more.</summary>
    internal const int MostBytes = 4 * HandoverProtocol.MaxFrameBytes;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private long _begun = time.GetTimestamp();
    private int _frames;
    private int _bytes;

    /// <summary>Counts a frame that was received.</summary>
    /// <returns>How long to wait before the next one is read; zero for not at all.</returns>
    internal TimeSpan Spend(int bytes)
    {
        TimeSpan passed = time.GetElapsedTime(_begun);
        if (passed >= Window)
        {
            (_begun, _frames, _bytes, passed) = (time.GetTimestamp(), 0, 0, TimeSpan.Zero);
        }

        _frames++;
        _bytes += bytes;
        return _frames < MostFrames && _bytes < MostBytes ? TimeSpan.Zero : Window - passed;
    }
}
