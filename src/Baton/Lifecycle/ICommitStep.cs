namespace Baton.Lifecycle;

/// <summary>
/// Something that this process does between the closing of its gate and the commit, such as stopping what only one process may
/// run. Nobody accepts meanwhile. Called on the control loop, so nothing here waits and no code of the application runs here.
/// </summary>
internal interface ICommitStep
{
    /// <summary>The phase of the restart.</summary>
    PhaseName Name { get; }

    /// <summary>Whether there is something to do. A step without work is passed over, at no cost.</summary>
    bool HasWork { get; }

    /// <summary>How long it may take; then the restart is backed out.</summary>
    TimeSpan Limit { get; }

    /// <summary>What is not done yet, for people; said when the limit has passed.</summary>
    string Unfinished { get; }

    /// <summary>Begins it, and returns at once.</summary>
    /// <param name="ended">Called once, from any thread: null when it is done, else why it can't be done.</param>
    void Begin(Action<string?> ended);

    /// <summary>
    /// The restart has failed: this process serves on. Begins to take back what the step has done, or gives it up if it still
    /// runs; returns at once.
    /// </summary>
    void Undo();
}
