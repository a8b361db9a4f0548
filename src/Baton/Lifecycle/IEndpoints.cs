namespace Baton.Lifecycle;

/// <summary>The endpoints of this process: its gate, its listeners, its pid file. A seam for tests.</summary>
internal interface IEndpoints
{
    /// <summary>Whether an inherited listener is still unclaimed.</summary>
    bool HasUnclaimed { get; }

    /// <summary>In a ready successor: closes unclaimed listeners.</summary>
    /// <returns>The keys that this process uses.</returns>
    IReadOnlyList<string> Claim();

    /// <summary>Starts or resumes accepting.</summary>
    void OpenGate();

    /// <summary>Stops accepting; the gate may be opened again.</summary>
    void CloseGate();

    /// <summary>Names the process in charge in the pid file.</summary>
    void NameMain(int pid);

    /// <summary>Closes the listeners for good, and removes unix paths but those that a successor claimed.</summary>
    void Release(IReadOnlyCollection<string> claimedBySuccessor);

    /// <summary>In a successor: no other process has the listeners any more.</summary>
    void EndSharing();

    /// <summary>Closes the listeners for good. The predecessor serves on them, so no path is removed.</summary>
    void Return();
}
