using Baton.Resources;

namespace Baton.Lifecycle;

/// <summary>This process, around its servers.</summary>
internal sealed class ServerSurroundings(ProcessLifecycle lifecycle, ResourceRegistry listeners, Succession? succession, RestarterOptions options) : IServerSurroundings
{
    /// <summary>Exit code of a first generation that was not ready in time.</summary>
    private const int NotReadyExitCode = 1;

    // One that is alone has nobody behind it, as a first generation.
    public bool IsSuccessor => succession is not null && !lifecycle.IsAlone;

    public bool IsStarting => lifecycle.State == ProcessState.Starting;

    public bool HasUnclaimedListeners => listeners.HasUnclaimed;

    // The predecessor measures it for a successor, from the start of the process on.
    public TimeSpan ReadyTimeout => IsSuccessor ? Timeout.InfiniteTimeSpan : options.ReadyTimeout;

    public TimeSpan LaterServerTimeout => options.LaterServerTimeout;

    public void SayReady() => lifecycle.ServiceReady();

    public void ReportProgress(string phase, string detail) => lifecycle.ReportProgress(phase, detail);

    public void GiveUp(string reason)
    {
        if (IsSuccessor)
        {
            lifecycle.GiveUpStarting(reason);
            return;
        }

        // The servers that have started are stopped as ever; nobody was served yet.
        Environment.ExitCode = NotReadyExitCode;
        lifecycle.RequestShutdown($"its own start: {reason}");
    }
}
