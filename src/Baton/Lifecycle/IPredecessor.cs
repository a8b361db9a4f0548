using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>The connection to the predecessor. A seam for tests.</summary>
internal interface IPredecessor
{
    int Pid { get; }

    /// <summary>Whether it has not started this process, which takes over by itself.</summary>
    bool HasNotStartedThis { get; }

    /// <summary>Reports that this process can serve.</summary>
    /// <exception cref="RestartException">The predecessor is gone, or does not take the message.</exception>
    void SayReady(IReadOnlyList<string> claimed);

    /// <summary>Hands back the state that was saved.</summary>
    /// <param name="missing">Why it is not all that the predecessor wants; null if it is.</param>
    /// <returns>False if the predecessor is gone.</returns>
    bool TryHandBack(string? missing);

    /// <summary>Sends a message on which nothing depends.</summary>
    /// <returns>False if the predecessor is gone, or has not answered yet.</returns>
    bool TrySay(HandoverMessage message);
}
