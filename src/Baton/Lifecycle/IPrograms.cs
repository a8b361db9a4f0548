using System.Diagnostics;
using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>Chooses, checks and starts the programs of restarts. A seam for tests.</summary>
internal interface IPrograms
{
    /// <summary>Whether sockets can be handed over here.</summary>
    bool CanHandOver { get; }

    /// <summary>The command that starts a program; null for the one this process was started as.</summary>
    /// <exception cref="RestartException">The program may not be started, or none can be here.</exception>
    StartCommand Choose(string? program);

    /// <summary>Runs a program's check of itself and its configuration; posts the failure, or null.</summary>
    /// <returns>Cancels the check.</returns>
    Action Check(StartCommand command, Action<string?> finished);

    /// <summary>Starts a successor, with the restart's place in a trace; posts its events.</summary>
    /// <exception cref="RestartException">It could not be started.</exception>
    ISuccessor StartSuccessor(StartCommand command, int generation, Func<ActivityContext> trace, Action<PeerEvent> post);

    /// <summary>Makes a process that takes over by itself the successor; posts its events.</summary>
    /// <exception cref="RestartException">It has left.</exception>
    ISuccessor Adopt(Taker taker, int generation, Func<ActivityContext> trace, Action<PeerEvent> post);

    /// <summary>Starts a program that gets nothing from this process.</summary>
    /// <exception cref="RestartException">It could not be started.</exception>
    /// <returns>Its process id.</returns>
    int StartPlainly(StartCommand command, int generation, ActivityContext trace);
}
