namespace Baton.Lifecycle;

/// <summary>The process around its servers, as <see cref="ServerRegister"/> needs it; all of it on the control loop. A seam for tests.</summary>
internal interface IServerSurroundings
{
    /// <summary>Whether it is to take over from a predecessor.</summary>
    bool IsSuccessor { get; }

    /// <summary>Whether it still neither serves nor ends.</summary>
    bool IsStarting { get; }

    /// <summary>Whether it has inherited what nobody has asked for yet.</summary>
    bool HasUnclaimedListeners { get; }

    /// <summary>How long the first server that is ready waits for the others.</summary>
    TimeSpan ReadyTimeout { get; }

    /// <summary>How long what it has inherited, and no server has asked for, waits for one that is added later.</summary>
    TimeSpan LaterServerTimeout { get; }

    /// <summary>All servers can serve.</summary>
    void SayReady();

    void ReportProgress(string phase, string detail);

    /// <summary>It will not serve.</summary>
    void GiveUp(string reason);
}
