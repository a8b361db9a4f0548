namespace Baton.Control;

/// <summary>What can be asked of a service; lower-case on the wire.</summary>
internal enum ControlCommand
{
    /// <summary>What the service is and does.</summary>
    Status,

    /// <summary>A successor, and the whole story until this process has nothing left to do.</summary>
    Restart,

    /// <summary>The end of the service.</summary>
    Shutdown,

    /// <summary>Cuts what departing processes still have open.</summary>
    Force,

    /// <summary>The status, again and again, and what happens.</summary>
    Watch,

    /// <summary>What a restart would check first, without one.</summary>
    Check,
}

/// <summary>The one line that a client of the control socket sends.</summary>
/// <param name="Command">What it wants.</param>
internal sealed record ControlRequest(ControlCommand Command)
{
    /// <summary>For restart and check: the program; null for the one the service was started as.</summary>
    internal string? Program { get; init; }

    /// <summary>For restart and shutdown: whether to hear the whole story.</summary>
    internal bool Wait { get; init; } = true;

    /// <summary>For shutdown: cut what is open.</summary>
    internal bool Force { get; init; }

    /// <summary>Who asks, in the words of the client: for the log only.</summary>
    internal string By { get; init; } = "";
}
