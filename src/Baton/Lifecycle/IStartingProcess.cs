namespace Baton.Lifecycle;

/// <summary>
/// The process from the view of <see cref="ServerRegister"/>, while its servers start; on the control loop. A seam for tests.
/// </summary>
internal interface IStartingProcess
{
    /// <summary>Whether a predecessor serves until this process does.</summary>
    bool AwaitsCommit { get; }

    /// <summary>Whether it still neither serves nor ends.</summary>
    bool IsStarting { get; }

    /// <summary>Whether an inherited listener is still unclaimed.</summary>
    bool HasUnclaimedListeners { get; }

    /// <summary>All servers can serve.</summary>
    void ServiceReady();

    void ReportProgress(PhaseName phase, string detail);

    /// <summary>It will not serve.</summary>
    void GiveUp(string reason);
}
