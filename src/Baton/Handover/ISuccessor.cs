using Baton.Interop;

namespace Baton.Handover;

/// <summary>A started successor. Nothing here blocks for longer than the handshake limit.</summary>
internal interface ISuccessor
{
    int Pid { get; }

    /// <summary>
    /// Whether this process has not started it: it takes over by itself, and its life is its own supervisor's matter.
    /// </summary>
    bool IsTaker { get; }

    /// <summary>Whether it has not ended; the event of its end may still be on its way.</summary>
    bool Lives { get; }

    /// <summary>The program that writes its crash dump; null for none. It has crashed then, and is stopped.</summary>
    string? Dump { get; }

    /// <summary>Whether a message or its end has arrived unread: then nobody can know that it is silent.</summary>
    bool HasUnheard { get; }

    /// <summary>The number of listeners in answer to its hello, without the control socket.</summary>
    int ListenersGiven { get; }

    /// <summary>Passes on the resources that only one process may use, with the gate closed.</summary>
    /// <returns>Whether it will answer that it has loaded them; false if there is nothing that it could load.</returns>
    /// <exception cref="RestartException">It could not be sent.</exception>
    bool PassAtCommit();

    /// <summary>
    /// Tells it to serve, with the time of the probation, the interval of signs of life, and the number of its term.
    /// </summary>
    /// <exception cref="RestartException">It could not be told.</exception>
    void Commit(HandoverMessage.Commit commit);

    /// <summary>Confirms it, and passes it the channels to older generations; the caller keeps owning them.</summary>
    void Confirm(IReadOnlyList<(OlderProcess Process, Descriptor Channel)> older);

    /// <summary>Sends a message on which nothing depends: it may be gone.</summary>
    void TryTell(HandoverMessage message);

    /// <summary>
    /// Stops listening to a rolled-back successor, so that its channel can be passed on. Its end is still posted.
    /// </summary>
    /// <returns>The channel; null if it has ended, or is in the middle of a message for longer than the limit.</returns>
    Descriptor? Detach(TimeSpan limit);

    void Kill();
}
