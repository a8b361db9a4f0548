using System.Diagnostics;
using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>Chooses, checks and starts what a restart starts. A seam for tests.</summary>
internal interface IPrograms
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
}
