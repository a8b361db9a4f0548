using System.Diagnostics;

namespace Baton.Lifecycle;

/// <summary>What happens to this process and its restarts, as it happens. A closed set.</summary>
internal abstract record LifecycleNews
{
    private LifecycleNews()
    {
    }

    /// <summary>This process has come to another state.</summary>
    internal sealed record StateChanged(int Pid, int Generation, ProcessState Previous, ProcessState State) : LifecycleNews;

    /// <summary>The successor is about to be told to serve: whoever comes from now on is its own.</summary>
    internal sealed record HandingOver : LifecycleNews;

    /// <summary>News of one restart.</summary>
    internal abstract record OfRestart(RestartRequest Request) : LifecycleNews;

    /// <summary>It was asked too early, and begins when it can.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Until">What it waits for, as "the probation is over".</param>
    internal sealed record RestartHeld(RestartRequest Request, string Until) : OfRestart(Request);

    /// <summary>It was refused: nothing was begun.</summary>
    internal sealed record RestartRefused(RestartRequest Request, RestartException Reason) : OfRestart(Request);

    /// <summary>It begins.</summary>
    internal sealed record RestartBegun(RestartRequest Request) : OfRestart(Request);

    /// <summary>Its successor was started.</summary>
    internal sealed record SuccessorStarted(RestartRequest Request, int Pid, int Generation) : OfRestart(Request);

    /// <summary>It does something else, or has come further with it.</summary>
    internal sealed record RestartPhaseChanged(RestartRequest Request, RestartPhase Phase, TimeSpan Elapsed) : OfRestart(Request);

    /// <summary>What became of it; the last news of it.</summary>
    /// <param name="Request">Who asked.</param>
    /// <param name="Record">The story.</param>
    /// <param name="RolledBack">Whether the successor served before it failed.</param>
    internal sealed record RestartEnded(RestartRequest Request, RestartRecord Record, bool RolledBack) : OfRestart(Request);

    /// <summary>As a successor: the predecessor has answered.</summary>
    /// <param name="Trace">The restart's place in a trace; default for none.</param>
    internal sealed record Greeted(ActivityContext Trace) : LifecycleNews;

    /// <summary>The application says what it is doing while it starts.</summary>
    internal sealed record StartPhaseChanged(string Phase, string Detail) : LifecycleNews;

    /// <summary>As a successor: the service can serve, and waits for its predecessor.</summary>
    internal sealed record SaidReady : LifecycleNews;

    /// <summary>What this process still has to finish; about each second while it has something.</summary>
    /// <param name="Generation">This process.</param>
    /// <param name="Elapsed">Since it stopped accepting.</param>
    /// <param name="Limit">All the time it has; null for no limit.</param>
    internal sealed record Draining(GenerationStatus Generation, TimeSpan Elapsed, TimeSpan? Limit) : LifecycleNews;

    /// <summary>What was open was cut.</summary>
    internal sealed record WorkCut(string Trigger, OpenWork Work) : LifecycleNews;

    /// <summary>Nothing is open any more, because it was finished or cut.</summary>
    internal sealed record Drained : LifecycleNews;
}
