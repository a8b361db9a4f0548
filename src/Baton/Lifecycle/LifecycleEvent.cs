using System.Diagnostics;

namespace Baton.Lifecycle;

/// <summary>
/// The events of this process, its restarts and the service. A closed set. A change of the process in charge is published by the
/// process that it happens to: after the pid file is written, and before a successor is told to serve.
/// </summary>
internal abstract record LifecycleEvent
{
    private LifecycleEvent()
    {
    }

    /// <summary>This process has changed its state.</summary>
    internal sealed record StateChanged(int Pid, int Generation, ProcessState Previous, ProcessState State) : LifecycleEvent;

    /// <summary>This process serves now, and is in charge.</summary>
    /// <param name="Generation">Its generation.</param>
    /// <param name="TookOver">Whether it took over from a predecessor, which has published that already.</param>
    /// <param name="Probation">The time of the probation; zero for none.</param>
    internal sealed record Serves(int Generation, bool TookOver, TimeSpan Probation) : LifecycleEvent
    {
        /// <summary>Whether the probation ends with a roll back unless it is confirmed.</summary>
        internal bool AwaitsConfirm { get; init; }
    }

    /// <summary>
    /// In a successor before its commit: the predecessor has died. This process is in charge, and serves when it is ready.
    /// </summary>
    internal sealed record LeftAlone(int DeadPid) : LifecycleEvent;

    /// <summary>A successor is about to get its commit: it is in charge, and new connections are its own.</summary>
    internal sealed record HandingOver(int Pid, int Generation, TimeSpan Probation) : LifecycleEvent
    {
        /// <summary>Whether it takes over by itself: it belongs to another unit or container than this process.</summary>
        internal bool ToTaker { get; init; }

        /// <summary>Whether the probation ends with a roll back unless it is confirmed.</summary>
        internal bool AwaitsConfirm { get; init; }
    }

    /// <summary>This process serves again, and is in charge.</summary>
    internal sealed record ServesAgain(int Generation) : LifecycleEvent;

    /// <summary>Another process is about to be started. It gets nothing from this one, and needs its addresses.</summary>
    internal sealed record Replacing : LifecycleEvent;

    /// <summary>The predecessor serves again: this process is no longer in charge.</summary>
    internal sealed record GaveBack : LifecycleEvent;

    /// <summary>The process in charge has died after its probation, and this one, which is ending, cannot serve.</summary>
    internal sealed record NobodyServes(int DeadPid) : LifecycleEvent;

    /// <summary>The service shuts down; this process is in charge.</summary>
    internal sealed record Stopping : LifecycleEvent;

    /// <summary>An event of one restart.</summary>
    internal abstract record OfRestart(RestartRequest Request) : LifecycleEvent;

    /// <summary>It was asked too early, and begins when it can.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Until">What it waits for, such as "the probation is over".</param>
    internal sealed record RestartHeld(RestartRequest Request, string Until) : OfRestart(Request);

    /// <summary>It was refused: nothing was begun.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Reason">The reason.</param>
    /// <param name="Tried">Whether it was its turn, but its program may not be started.</param>
    internal sealed record RestartRefused(RestartRequest Request, RestartException Reason, bool Tried) : OfRestart(Request);

    /// <summary>It begins.</summary>
    internal sealed record RestartBegun(RestartRequest Request) : OfRestart(Request);

    /// <summary>Its successor was started; in a complete restart it replaces this process, which ends.</summary>
    internal sealed record SuccessorStarted(RestartRequest Request, int Pid, int Generation, RestartStrategy Strategy)
        : OfRestart(Request);

    /// <summary>It has entered a phase, or has a new detail.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Phase">The phase.</param>
    /// <param name="Elapsed">The time since it began.</param>
    /// <param name="Speaker">The successor, if it reported this; null for a phase of this process.</param>
    internal sealed record RestartPhaseChanged(RestartRequest Request, RestartPhase Phase, TimeSpan Elapsed, int? Speaker)
        : OfRestart(Request);

    /// <summary>Its outcome; the last event of a restart.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Record">The record of the restart.</param>
    /// <param name="RolledBack">Whether the successor served before it failed.</param>
    /// <param name="ServesOn">Whether it failed and this process serves. False if another restart has begun since the roll back,
    /// or the service ends.</param>
    internal sealed record RestartEnded(RestartRequest Request, RestartRecord Record, bool RolledBack, bool ServesOn)
        : OfRestart(Request);

    /// <summary>In a successor: the predecessor has answered.</summary>
    /// <param name="Trace">The restart's place in a trace; default for none.</param>
    internal sealed record Greeted(ActivityContext Trace) : LifecycleEvent;

    /// <summary>The application reports its progress while it starts.</summary>
    internal sealed record StartPhaseChanged(PhaseName Phase, string Detail) : LifecycleEvent;

    /// <summary>In a successor: the service can serve, and waits for its predecessor.</summary>
    internal sealed record SaidReady : LifecycleEvent;

    /// <summary>The open work of this process; about each second while there is some.</summary>
    /// <param name="Generation">This process.</param>
    /// <param name="Elapsed">The time since it stopped accepting.</param>
    /// <param name="Limit">The limit of the whole drain; null for none.</param>
    internal sealed record Draining(GenerationStatus Generation, TimeSpan Elapsed, TimeSpan? Limit) : LifecycleEvent;

    /// <summary>Open work was cut.</summary>
    internal sealed record WorkCut(RestartTrigger Trigger, OpenWork Work) : LifecycleEvent;

    /// <summary>Nothing is open: the work was finished or cut.</summary>
    internal sealed record Drained : LifecycleEvent;
}
