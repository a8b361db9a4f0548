namespace Baton;

/// <summary>How a restart is done.</summary>
public enum RestartStrategy
{
    /// <summary>
    /// The successor gets the listening sockets while this process still serves: no client notices. Where that is not possible, on other
    /// systems than Linux, a complete restart is done instead.
    /// </summary>
    Handover,

    /// <summary>
    /// This process stops accepting, finishes its work, starts the new program and ends. Between these two nobody serves: clients that come
    /// meanwhile are refused or wait, and a release that is started but does not serve is not rolled back.
    /// </summary>
    Complete,
}
