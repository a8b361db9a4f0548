namespace Baton.Handover;

/// <summary>
/// Limits the frames that are read in a second. A peer that sends more has to wait, as its socket is full: a flood costs neither
/// memory nor CPU. Belongs to the receiving thread.
/// </summary>
internal sealed class FrameBudget(TimeProvider time)
{
    /// <summary>Far more than any conversation has.</summary>
    internal const int MostFrames = 1000;

    /// <summary>Four of the longest frames, or a thousand listeners and more.</summary>
    internal const int MostBytes = 4 * HandoverProtocol.MaxFrameBytes;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private long _begun = time.GetTimestamp();
    private int _frames;
    private int _bytes;

    /// <summary>Counts a frame that was received.</summary>
    /// <returns>The time to wait before the next frame; zero for none.</returns>
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
