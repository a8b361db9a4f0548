using Baton.Processes;

namespace Baton.Handover;

/// <summary>The events at the other end of a handover.</summary>
internal abstract record PeerEvent
{
    private PeerEvent()
    {
    }

    /// <summary>It sent a message that its role allows.</summary>
    internal sealed record Said(HandoverMessage Message) : PeerEvent;

    /// <summary>It broke the protocol, or cannot be read any more.</summary>
    internal sealed record Broken(RestartException Cause) : PeerEvent;

    /// <summary>It has closed its end of the channel, and is not known to have ended. No more messages come.</summary>
    internal sealed record Closed : PeerEvent;

    /// <summary>It has ended.</summary>
    /// <param name="Status">The exit status of a successor; null for a predecessor, which this process does not reap.</param>
    internal sealed record Ended(ExitStatus Status = default) : PeerEvent;
}
