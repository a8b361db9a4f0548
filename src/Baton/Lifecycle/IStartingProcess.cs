namespace Baton.Lifecycle;

/// <summary>
/// The process, as <see cref="ServerRegister"/> needs it while its servers start; on the control loop. A seam for tests.
/// </summary>
internal interface IStartingProcess
{
    /// <summary>Whether a predecessor serves until this process does.</summary>
    bool AwaitsCommit { get; }

    /// <summary>Whether it still neither serves nor ends.</summary>
    bool IsStarting { get; }

    /// <summary>Whether it has inherited what no server has asked for yet.</summary>
    bool HasUnclaimedListeners { get; }

    /// <summary>All servers can serve.</summary>
    void ServiceReady();

    void ReportProgress(PhaseName phase, string detail);

    /// <summary>It will not serve.</summary>
    void GiveUp(string reason);
}
