namespace Baton;

/// <summary>What a restart does when exclusive services do not stop in time.</summary>
public enum ExclusiveStopPolicy
{
    /// <summary>The restart fails: the successor is killed before it serves, and the predecessor serves on.</summary>
    BackOut,

    /// <summary>
    /// The successor serves without its exclusive services. The predecessor finishes its open work, which they are part of; its
    /// drain timeout cuts them. When it has stopped them or has ended, those of the successor start. State that they change after
    /// the handover is not passed on.
    /// </summary>
    EndPredecessor,
}
