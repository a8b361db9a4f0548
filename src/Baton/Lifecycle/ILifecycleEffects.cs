using System.Diagnostics;
using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>Everything the lifecycle does to the world. The tests put a fake one here; all else is the real code.</summary>
internal interface ILifecycleEffects
{
    /// <summary>Whether sockets can be handed over here.</summary>
    bool CanHandOver { get; }

    /// <summary>The command that starts a program; null for the one this process was started as.</summary>
    /// <exception cref="RestartException">The program may not be started, or none can be here.</exception>
    StartCommand Choose(string? program);

    /// <summary>Has a program check itself and its configuration; posts what is wrong, or null.</summary>
    /// <returns>Gives up the check.</returns>
    Action Check(StartCommand command, Action<string?> finished);

    /// <summary>Starts a successor, which is told the place of its restart in a trace; what becomes of it is posted.</summary>
    /// <exception cref="RestartException">It could not be started.</exception>
    ISuccessor StartSuccessor(StartCommand command, int generation, Func<ActivityContext> trace, Action<PeerEvent> post);

    /// <summary>Starts a program that gets nothing from this one.</summary>
    /// <exception cref="RestartException">It could not be started.</exception>
    /// <returns>Its process id.</returns>
    int StartPlainly(StartCommand command, int generation, ActivityContext trace);

    /// <summary>As a successor: closes what is unclaimed and tells the predecessor that the service is ready.</summary>
    /// <exception cref="RestartException">The predecessor is gone.</exception>
    void AnnounceReady();

    /// <summary>As a successor: tells the predecessor something.</summary>
    /// <returns>False if it is gone.</returns>
    bool TellPredecessor(HandoverMessage message);

    /// <summary>Confirms a successor, and gives it what this process knows of older generations.</summary>
    void Confirm(ISuccessor successor);

    /// <summary>Forces the oldest generations until at most so many older ones are left.</summary>
    void ForceOlderDownTo(int most, string trigger);

    /// <summary>A successor was rolled back and finishes its work: counts it among the departing processes.</summary>
    void AddReturned(DepartingProcess returned);

    /// <summary>It has ended.</summary>
    void RemoveReturned(DepartingProcess returned);

    /// <summary>Says to the world outside which process is in charge.</summary>
    void NameMain(int pid);

    /// <summary>Whether there is a process of that number.</summary>
    bool Lives(int pid);

    /// <summary>Start or resume accepting.</summary>
    void OpenGate();

    /// <summary>Stop accepting; may be opened again.</summary>
    void CloseGate();

    /// <summary>Closes our listeners for good, and removes unix paths but those that a successor claimed.</summary>
    void ReleaseListeners(IReadOnlyCollection<string> claimedBySuccessor);

    /// <summary>As a successor: nobody else has our listeners any more.</summary>
    void EndSharing();

    /// <summary>Closes our listeners for good; the predecessor serves on them again, so nothing of theirs is removed.</summary>
    void ReturnListeners();

    /// <summary>Tells the application that this process ends: no successor waits to be relieved.</summary>
    void AnnounceStopping();

    /// <summary>Finishes what is open; completes when nothing is. Cancelled when this process serves again.</summary>
    Task DrainAsync(CancellationToken calledBack);

    /// <summary>The drain goes on without another process of the service that accepts.</summary>
    void NobodyServes();

    /// <summary>Takes back what a drain has told the application.</summary>
    void Resume();

    /// <summary>Cuts what is open.</summary>
    OpenWork Cut();

    /// <summary>What is open.</summary>
    OpenWorkReport Describe();

    /// <summary>Runs an action where the application's work runs: it is late, or never called, if that makes no progress.</summary>
    void RunAmongWork(Action action);

    /// <summary>Runs hooks one after another, where they hold nothing up, until they are given up. Both callbacks come on another thread, or later.</summary>
    void RunHooks(IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp);

    /// <summary>Ends the process hard, whatever still runs.</summary>
    void EndProcess(int exitCode, string reason);
}
