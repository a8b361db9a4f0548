namespace Baton.Control;

/// <summary>The commands; lower case on the wire.</summary>
internal enum ControlCommand
{
    /// <summary>The status.</summary>
    Status,

    /// <summary>A restart, and all events until this process has nothing left to do.</summary>
    Restart,

    /// <summary>The shutdown of the service.</summary>
    Shutdown,

    /// <summary>Cuts the open work of departing processes.</summary>
    Force,

    /// <summary>The status repeatedly, and events.</summary>
    Watch,

    /// <summary>The checks of a restart, without one.</summary>
    Check,

    /// <summary>The old process serves again, during a probation.</summary>
    RollBack,

    /// <summary>The new process serves for good, where that waits to be confirmed.</summary>
    Confirm,

    /// <summary>The client takes over, as a successor does that this process has started.</summary>
    TakeOver,
}

/// <summary>The one line that a client of the control socket sends.</summary>
/// <param name="Command">The command.</param>
internal sealed record ControlRequest(ControlCommand Command)
{
    /// <summary>For restart and check: the program; null for the one that the service was started as.</summary>
    internal string? Program { get; init; }

    /// <summary>For takeover: the client's pid as it knows it. Beside it the program is the client's own.</summary>
    internal int Pid { get; init; }

    /// <summary>For restart: how long the new process waits to be confirmed; null for what the service's options say.</summary>
    internal TimeSpan? ConfirmWithin { get; init; }

    /// <summary>For restart and shutdown: whether to wait for the end.</summary>
    internal bool Wait { get; init; } = true;

    /// <summary>For shutdown: cut the open work.</summary>
    internal bool Force { get; init; }

    /// <summary>The caller's name as the client gives it; for the log only.</summary>
    internal string By { get; init; } = "";
}
