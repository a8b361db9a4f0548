namespace Baton;

/// <summary>Where one process, one generation of the service, is in its life.</summary>
public enum ProcessState
{
    /// <summary>Not ready yet; accepts nothing.</summary>
    Starting,

    /// <summary>Accepts and serves; its predecessor is still able to take over again.</summary>
    OnProbation,

    /// <summary>Accepts and serves.</summary>
    Serving,

    /// <summary>Serves, and starts its successor.</summary>
    Restarting,

    /// <summary>The successor serves, on probation; accepts nothing, finishes its work, and holds its listeners to take over again if need be.</summary>
    HandedOver,

    /// <summary>The successor serves for good; listeners are closed, open work finishes.</summary>
    Draining,

    /// <summary>The end without a successor: open work finishes.</summary>
    ShuttingDown,

    /// <summary>All work has ended or was cut; the process is about to leave.</summary>
    Exited,
}
