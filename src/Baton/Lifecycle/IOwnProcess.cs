namespace Baton.Lifecycle;

/// <summary>What the operating system and the runtime do for this process. A seam for tests.</summary>
internal interface IOwnProcess
{
    /// <summary>Whether there is a process of that number.</summary>
    bool Sees(int pid);

    /// <summary>Runs an action on the application's thread pool: late, or never, if that makes no progress.</summary>
    void QueueToThreadPool(Action action);

    /// <summary>
    /// Runs hooks one after another on a thread of their own, until they are given up. Both callbacks come on that thread, or
    /// later.
    /// </summary>
    /// <exception cref="RestartException">No thread can be had.</exception>
    void RunHooks(
        IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp);

    /// <summary>
    /// Ends the process hard, whatever still runs. A predecessor that waits for this process is told the reason.
    /// </summary>
    void End(int exitCode, string reason);
}
