namespace Baton;

/// <summary>The state of one process, which is one generation of the service.</summary>
public enum ProcessState
{
    /// <summary>Not ready; accepts nothing.</summary>
    Starting,

    /// <summary>Accepts and serves; its predecessor can still take over again.</summary>
    OnProbation,

    /// <summary>Accepts and serves.</summary>
    Serving,

    /// <summary>Serves, and starts its successor.</summary>
    Restarting,

    /// <summary>
    /// The successor serves on probation. This process accepts nothing, finishes its work, and holds its listeners to take over
    /// again if needed.
    /// </summary>
    HandedOver,

    /// <summary>The successor serves for good. Listeners are closed, open work is finished.</summary>
    Draining,

    /// <summary>The end without a successor: open work is finished.</summary>
    ShuttingDown,

    /// <summary>All work has ended or was cut; the process is about to end.</summary>
    Exited,
}
