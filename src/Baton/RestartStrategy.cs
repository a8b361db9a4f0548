namespace Baton;

/// <summary>How a restart is done.</summary>
public enum RestartStrategy
{
    /// <summary>
    /// The successor gets the listening sockets while this process still serves: no client notices. On other systems than Linux a
    /// complete restart is done instead.
    /// </summary>
    Handover,

    /// <summary>
    /// This process stops accepting, finishes its work, starts the new program and ends. In between no process serves: clients
    /// are refused or wait. A release that starts but does not serve is not rolled back.
    /// </summary>
    Complete,
}
