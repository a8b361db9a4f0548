namespace Baton;

/// <summary>What a signal does.</summary>
public enum SignalAction
{
    /// <summary>Restart. A signal that comes too early is held, not refused.</summary>
    Restart,

    /// <summary>Shut down gracefully. A second such signal forces: open work is cut.</summary>
    Shutdown,

    /// <summary>
    /// Cut open work, but only while this process drains or shuts down. At any other time the signal is logged and ignored. A
    /// process whose successor is on probation loses its open work, and can still take over again.
    /// </summary>
    Force,

    /// <summary>Nothing: the signal is swallowed. Hooks are called.</summary>
    Ignore,

    /// <summary>Nothing but the hooks, and a line in the log.</summary>
    HookOnly,

    /// <summary>
    /// Takes back the restart that is on probation: the old process serves again. At any other time the signal is logged and
    /// ignored. Hooks are not called.
    /// </summary>
    RollBack,
}
