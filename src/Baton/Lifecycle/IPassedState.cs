using Baton.Resources;

namespace Baton.Lifecycle;

/// <summary>
/// The application's state, which is passed to successors. Its code runs on its own thread, never on the control loop. A seam for
/// tests.
/// </summary>
internal interface IPassedState
{
    /// <summary>The items that this process has.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether the last greeted successor can load state.</summary>
    bool SuccessorLoads { get; }

    /// <summary>The items that this process wants back at a roll back, of those that the successor has loaded.</summary>
    IReadOnlyList<string> WantedBack { get; }

    /// <summary>Saves items.</summary>
    /// <param name="which">Which.</param>
    /// <param name="ended">Called once, from any thread: null when they are saved, else why not.</param>
    /// <exception cref="RestartException">No thread can be had.</exception>
    IStateRun Save(Func<string, bool> which, Action<string?> ended);

    /// <summary>Loads state from another process.</summary>
    /// <param name="rows">The rows of the message.</param>
    /// <param name="handedBack">Whether it is handed back at a roll back: then only what this process wants back.</param>
    /// <param name="ended">Called once, from any thread: null when it is loaded, else why not.</param>
    /// <exception cref="RestartException">No thread can be had.</exception>
    IStateRun Load(IReadOnlyList<StateRow> rows, bool handedBack, Action<string?> ended);

    /// <summary>Saved state, and received state that was not loaded, is no longer needed.</summary>
    void Forget();
}

/// <summary>State that is being saved or loaded.</summary>
internal interface IStateRun
{
    /// <summary>Nobody waits any longer.</summary>
    /// <param name="late">What was late: "within 10 s".</param>
    /// <returns>What is missing; null if things may go on without.</returns>
    string? GiveUp(string late);

    /// <summary>It has ended, on the control loop: keeps or drops what was saved.</summary>
    void End(bool succeeded);
}
