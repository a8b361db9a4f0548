namespace Baton;

/// <summary>What a process does when the memory limit of its cgroup changes while it runs.</summary>
public enum MemoryLimitPolicy
{
    /// <summary>It tells the garbage collector: <see cref="GC.RefreshMemoryLimit"/>.</summary>
    Refresh,

    /// <summary>The service restarts. For programs that size a cache or a pool at their start.</summary>
    Restart,

    /// <summary>Nothing, as .NET does. The garbage collector keeps the limit that there was at the start.</summary>
    Ignore,
}
