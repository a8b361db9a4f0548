using RestartLoad.Releases;

namespace RestartLoad.Restarts;

/// <summary>Hears of each restart and each release when it is over, and of each snapshot.</summary>
internal interface IRestartObserver
{
    void RestartDone(RestartReport restart);

    void ReleaseDone(ReleaseReport release);

    void SnapshotTaken(GenerationSnapshot snapshot);
}
