using Baton.Processes;

namespace Baton.Handover;

/// <summary>What happens at the other end of a handover.</summary>
internal abstract record PeerEvent
{
    private PeerEvent()
    {
    }

    /// <summary>It sent a message that its role may send.</summary>
    internal sealed record Said(HandoverMessage Message) : PeerEvent;

    /// <summary>It broke the protocol, or can't be read any more.</summary>
    internal sealed record Broken(RestartException Cause) : PeerEvent;

    /// <summary>It has closed its end of the channel, and is not known to have ended. Nothing more comes from it.</summary>
    internal sealed record Closed : PeerEvent;

    /// <summary>It has ended.</summary>
    /// <param name="Status">How, of a successor; a predecessor is not reaped by this process.</param>
    internal sealed record Ended(ExitStatus Status = default) : PeerEvent;
}
