using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>Everything the lifecycle does to the world. The tests put a fake one here; all else is the real code.</summary>
internal interface ILifecycleEffects
{
    /// <summary>Starts a successor; what becomes of it is posted.</summary>
    /// <exception cref="RestartException">It could not be started.</exception>
    ISuccessor StartSuccessor(int generation, Action<SuccessorEvent> post);

    /// <summary>As a successor: closes what is unclaimed and tells the predecessor that the service is ready.</summary>
    /// <exception cref="RestartException">The predecessor is gone.</exception>
    void AnnounceReady();

    /// <summary>Start or resume accepting.</summary>
    void OpenGate();

    /// <summary>Stop accepting; may be opened again.</summary>
    void CloseGate();

    /// <summary>Closes our listeners for good, and removes unix paths but those that a successor claimed.</summary>
    void ReleaseListeners(IReadOnlyCollection<string> claimedBySuccessor);

    /// <summary>Tells the application that this process ends: no successor waits to be relieved.</summary>
    void AnnounceStopping();

    /// <summary>Finishes what is open; completes when nothing is.</summary>
    Task DrainAsync();

    /// <summary>Cuts what is open.</summary>
    OpenWork Cut();

    /// <summary>Ends the process hard, whatever still runs.</summary>
    void EndProcess(int exitCode, string reason);
}
