using Baton.Interop;

namespace Baton.Handover;

/// <summary>
/// A successor that was started, as the lifecycle sees it. Nothing here blocks for longer than the handshake limit.
/// </summary>
internal interface ISuccessor
{
    int Pid { get; }

    /// <summary>Whether it has not ended; the event of its end may still be on the way.</summary>
    bool Lives { get; }

    /// <summary>Who writes a crash dump of it, for people: it has crashed then, and stands still. Null if nobody does.</summary>
    string? Dump { get; }

    /// <summary>
    /// Whether something it said, or its end, has arrived that was not read yet: then nobody can know that it is silent.
    /// </summary>
    bool HasUnheard { get; }

    /// <summary>How many listeners it was given in answer to its hello; the control socket is not counted.</summary>
    int ListenersGiven { get; }

    /// <summary>Passes on what only one process may use: this one has closed its gate.</summary>
    /// <returns>Whether it will say that it has loaded that; false if there is nothing that it could load.</returns>
    /// <exception cref="RestartException">It could not be sent.</exception>
    bool PassAtCommit();

    /// <summary>
    /// Tells it to serve, how long it is on probation, how often to say that it is alive, and the number of its term.
    /// </summary>
    /// <exception cref="RestartException">It could not be told.</exception>
    void Commit(TimeSpan probation, TimeSpan heartbeat, long term);

    /// <summary>
    /// Tells it that its probation is over, and gives it the channels to older generations; they stay the caller's.
    /// </summary>
    void Confirm(IReadOnlyList<(OlderProcess Process, Descriptor Channel)> older);

    /// <summary>Sends a message on which nothing depends: it may be gone.</summary>
    void TryTell(HandoverMessage message);

    /// <summary>
    /// Stops listening to one that was rolled back, to pass its channel on. That it has ended is still posted.
    /// </summary>
    /// <returns>The channel; null if it has ended, or is in the middle of a message for longer than the limit.</returns>
    Descriptor? Detach(TimeSpan limit);

    void Kill();
}
