namespace RestartLoad.Restarts;

/// <summary>Hears of each restart when it is over, and of each snapshot.</summary>
internal interface IRestartObserver
{
    void RestartDone(RestartReport restart);

    void SnapshotTaken(GenerationSnapshot snapshot);
}
