namespace Baton;

/// <summary>What a signal makes this process do.</summary>
public enum SignalAction
{
    /// <summary>Restart. One that comes too early is held, not refused.</summary>
    Restart,

    /// <summary>Shut down gracefully. A second signal of this kind forces: what is open is cut.</summary>
    Shutdown,

    /// <summary>
    /// Cut what is open, but only while this process drains or shuts down: endless' hammer. At any other time it is logged and ignored. A process whose successor
    /// is on probation loses its open work, and stays able to take over again.
    /// </summary>
    Force,

    /// <summary>Nothing: the signal is swallowed. Hooks are called.</summary>
    Ignore,

    /// <summary>Nothing but the hooks, and a line in the log.</summary>
    HookOnly,
}
