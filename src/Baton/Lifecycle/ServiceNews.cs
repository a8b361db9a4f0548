namespace Baton.Lifecycle;

/// <summary>What becomes of the service, for whoever manages it. Each is said by the process that it happens to.</summary>
internal abstract record ServiceNews
{
    private ServiceNews()
    {
    }

    /// <summary>This process serves now, and is in charge.</summary>
    /// <param name="Generation">Its own.</param>
    /// <param name="TookOver">From a predecessor, who has said so already.</param>
    /// <param name="Probation">How long the predecessor can take over again; zero for not at all.</param>
    internal sealed record Serves(int Generation, bool TookOver, TimeSpan Probation) : ServiceNews;

    /// <summary>The probation of this process is over.</summary>
    internal sealed record Proved(int Generation) : ServiceNews;

    /// <summary>A restart begins.</summary>
    internal sealed record Restarting(string Trigger) : ServiceNews;

    /// <summary>A restart makes progress.</summary>
    internal sealed record Progress(string Words) : ServiceNews;

    /// <summary>A restart has not come about, or was rolled back; this process serves.</summary>
    internal sealed record RestartFailed(string Reason) : ServiceNews;

    /// <summary>A successor is about to be told to serve: it is in charge from now on.</summary>
    internal sealed record HandsOver(int Pid, int Generation, TimeSpan Probation) : ServiceNews;

    /// <summary>This process serves again, and is in charge.</summary>
    internal sealed record ServesAgain(int Generation) : ServiceNews;

    /// <summary>Another process is about to be started, which gets nothing from this one and needs its addresses.</summary>
    internal sealed record Replacing : ServiceNews;

    /// <summary>It was started, and this process ends.</summary>
    internal sealed record Replaced(int Pid, int Generation) : ServiceNews;

    /// <summary>The predecessor serves again: this process is no longer in charge.</summary>
    internal sealed record GaveBack : ServiceNews;

    /// <summary>The process in charge has died after its probation, and this one, which is ending, can't serve.</summary>
    internal sealed record NobodyServes(int DeadPid) : ServiceNews;

    /// <summary>The service shuts down; this process is in charge.</summary>
    internal sealed record Stopping(string Trigger) : ServiceNews;
}
