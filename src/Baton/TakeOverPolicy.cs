namespace Baton;

/// <summary>Whether a process that its predecessor has not started takes over from it. Linux only.</summary>
public enum TakeOverPolicy
{
    /// <summary>It does not, and starts as the first process of a service.</summary>
    Never,

    /// <summary>It takes over from a process that has this service's name; where there is none it starts as the first.</summary>
    Auto,

    /// <summary>It takes over, or fails to start.</summary>
    Require,
}
