using Baton.Resources;

namespace Baton.Lifecycle;

/// <summary>
/// The application's state, which goes over. Its code runs on a thread of its own, never on the control loop. A seam for tests.
/// </summary>
internal interface IPassedState
{
    /// <summary>The items that this process has.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether the successor that was greeted last can load any.</summary>
    bool SuccessorLoads { get; }

    /// <summary>Those that this process wants back at a roll back, of what the successor has loaded.</summary>
    IReadOnlyList<string> WantedBack { get; }

    /// <summary>Saves items.</summary>
    /// <param name="which">Which.</param>
    /// <param name="ended">Called once, from any thread: null when they are saved, else why not.</param>
    /// <exception cref="RestartException">No thread can be had.</exception>
    IStateRun Save(Func<string, bool> which, Action<string?> ended);

    /// <summary>Loads what has come from another process.</summary>
    /// <param name="rows">What is said of it.</param>
    /// <param name="handedBack">Whether it is handed back at a roll back: then only what this process wants back.</param>
    /// <param name="ended">Called once, from any thread: null when it is loaded, else why not.</param>
    /// <exception cref="RestartException">No thread can be had.</exception>
    IStateRun Load(IReadOnlyList<StateRow> rows, bool handedBack, Action<string?> ended);

    /// <summary>What was saved, or has come and was not loaded, is of no use any more.</summary>
    void Forget();
}

/// <summary>State that is being saved or loaded.</summary>
internal interface IStateRun
{
    /// <summary>Nobody waits any longer.</summary>
    /// <param name="late">What was late: "within 10 s".</param>
    /// <returns>What is missing; null if things may go on without.</returns>
    string? GiveUp(string late);

    /// <summary>It is over, on the control loop: what was saved is kept, or dropped.</summary>
    void End(bool succeeded);
}
