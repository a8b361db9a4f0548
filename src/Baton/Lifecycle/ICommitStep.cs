namespace Baton.Lifecycle;

/// <summary>
/// A step between the closing of the gate and the commit, such as stopping work that only one process may run. No process accepts
/// meanwhile. Called on the control loop: nothing here waits, and no code of the application runs here.
/// </summary>
internal interface ICommitStep
{
    /// <summary>The phase of the restart.</summary>
    PhaseName Name { get; }

    /// <summary>Whether there is something to do. A step without work is skipped at no cost.</summary>
    bool HasWork { get; }

    /// <summary>The time limit; then the restart is backed out, or goes on without the step.</summary>
    TimeSpan Limit { get; }

    /// <summary>What is still missing, as text for a step that exceeded its limit.</summary>
    string Unfinished { get; }

    /// <summary>At the limit: whether the restart goes on although the step is unfinished.</summary>
    bool TryLeaveBehind() => false;

    /// <summary>Begins the step and returns at once.</summary>
    /// <param name="ended">Called once, from any thread: null for success, else the reason of the failure.</param>
    void Begin(Action<string?> ended);

    /// <summary>
    /// The restart has failed and this process serves on. Begins to undo the step, or cancels it if it still runs; returns at
    /// once.
    /// </summary>
    void Undo();
}
