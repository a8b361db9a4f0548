using System.Diagnostics;

namespace Baton.Lifecycle;

/// <summary>
/// What happens to this process, its restarts and the service, as it happens. A closed set. Who serves is said by the process
/// that it happens to: after the pid file is written, and before a successor is told to serve.
/// </summary>
internal abstract record LifecycleEvent
{
    private LifecycleEvent()
    {
    }

    /// <summary>This process has come to another state.</summary>
    internal sealed record StateChanged(int Pid, int Generation, ProcessState Previous, ProcessState State) : LifecycleEvent;

    /// <summary>This process serves now, and is in charge.</summary>
    /// <param name="Generation">Its own.</param>
    /// <param name="TookOver">From a predecessor, who has said so already.</param>
    /// <param name="Probation">How long the predecessor can take over again; zero for not at all.</param>
    internal sealed record Serves(int Generation, bool TookOver, TimeSpan Probation) : LifecycleEvent;

    /// <summary>
    /// As a successor before its commit: the predecessor has died. This process is in charge, and serves as soon as it is ready.
    /// </summary>
    internal sealed record LeftAlone(int DeadPid) : LifecycleEvent;

    /// <summary>A successor is about to be told to serve: it is in charge, and whoever comes from now on is its own.</summary>
    internal sealed record HandingOver(int Pid, int Generation, TimeSpan Probation) : LifecycleEvent;

    /// <summary>This process serves again, and is in charge.</summary>
    internal sealed record ServesAgain(int Generation) : LifecycleEvent;

    /// <summary>Another process is about to be started, which gets nothing from this one and needs its addresses.</summary>
    internal sealed record Replacing : LifecycleEvent;

    /// <summary>The predecessor serves again: this process is no longer in charge.</summary>
    internal sealed record GaveBack : LifecycleEvent;

    /// <summary>The process in charge has died after its probation, and this one, which is ending, can't serve.</summary>
    internal sealed record NobodyServes(int DeadPid) : LifecycleEvent;

    /// <summary>The service shuts down; this process is in charge.</summary>
    internal sealed record Stopping : LifecycleEvent;

    /// <summary>An event of one restart.</summary>
    internal abstract record OfRestart(RestartRequest Request) : LifecycleEvent;

    /// <summary>It was asked too early, and begins when it can.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Until">What it waits for, as "the probation is over".</param>
    internal sealed record RestartHeld(RestartRequest Request, string Until) : OfRestart(Request);

    /// <summary>It was refused: nothing was begun.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Tried">Whether it was its turn, but its program may not be started.</param>
    internal sealed record RestartRefused(RestartRequest Request, RestartException Reason, bool Tried) : OfRestart(Request);

    /// <summary>It begins.</summary>
    internal sealed record RestartBegun(RestartRequest Request) : OfRestart(Request);

    /// <summary>Its successor was started; by a complete restart in place of this process, which ends.</summary>
    internal sealed record SuccessorStarted(RestartRequest Request, int Pid, int Generation, RestartStrategy Strategy)
        : OfRestart(Request);

    /// <summary>It does something else, or has come further with it.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Phase">What it does.</param>
    /// <param name="Elapsed">Since it began.</param>
    /// <param name="Speaker">The successor, where these are its words; null for what this process does.</param>
    internal sealed record RestartPhaseChanged(RestartRequest Request, RestartPhase Phase, TimeSpan Elapsed, int? Speaker)
        : OfRestart(Request);

    /// <summary>What became of it; the last event of it.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Record">The story.</param>
    /// <param name="RolledBack">Whether the successor served before it failed.</param>
    /// <param name="ServesOn">Whether it failed and this process serves: not if another has begun since it was rolled back, or
    /// the service ends.</param>
    internal sealed record RestartEnded(RestartRequest Request, RestartRecord Record, bool RolledBack, bool ServesOn)
        : OfRestart(Request);

    /// <summary>As a successor: the predecessor has answered.</summary>
    /// <param name="Trace">The restart's place in a trace; default for none.</param>
    internal sealed record Greeted(ActivityContext Trace) : LifecycleEvent;

    /// <summary>The application says what it is doing while it starts.</summary>
    internal sealed record StartPhaseChanged(PhaseName Phase, string Detail) : LifecycleEvent;

    /// <summary>As a successor: the service can serve, and waits for its predecessor.</summary>
    internal sealed record SaidReady : LifecycleEvent;

    /// <summary>What this process still has to finish; about each second while it has something.</summary>
    /// <param name="Generation">This process.</param>
    /// <param name="Elapsed">Since it stopped accepting.</param>
    /// <param name="Limit">All the time it has; null for no limit.</param>
    internal sealed record Draining(GenerationStatus Generation, TimeSpan Elapsed, TimeSpan? Limit) : LifecycleEvent;

    /// <summary>What was open was cut.</summary>
    internal sealed record WorkCut(RestartTrigger Trigger, OpenWork Work) : LifecycleEvent;

    /// <summary>Nothing is open any more, because it was finished or cut.</summary>
    internal sealed record Drained : LifecycleEvent;
}
