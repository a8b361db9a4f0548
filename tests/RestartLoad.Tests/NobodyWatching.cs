using RestartLoad.Releases;
using RestartLoad.Restarts;

namespace RestartLoad.Tests;

/// <summary>For tests that look at the report only.</summary>
internal sealed class NobodyWatching : IRestartObserver
{
    public void RestartDone(RestartReport restart)
    {
    }

    public void ReleaseDone(ReleaseReport release)
    {
    }

    public void SnapshotTaken(GenerationSnapshot snapshot)
    {
    }
}
