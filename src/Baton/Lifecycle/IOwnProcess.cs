namespace Baton.Lifecycle;

/// <summary>Operating system and runtime calls for this process. A seam for tests.</summary>
internal interface IOwnProcess
{
    /// <summary>Whether a process with this pid exists.</summary>
    bool Sees(int pid);

    /// <summary>Queues an action to the thread pool. It runs late, or never, if the pool makes no progress.</summary>
    void QueueToThreadPool(Action action);

    /// <summary>
    /// Gives memory that is not in use back to the system, aside. For a process that waits for long, and may serve again.
    /// </summary>
    /// <exception cref="RestartException">No thread is available.</exception>
    void TrimMemory();

    /// <summary>
    /// Runs hooks one after another on a thread of their own, until they are given up. Both callbacks come on that thread, or
    /// later.
    /// </summary>
    /// <exception cref="RestartException">No thread is available.</exception>
    void RunHooks(
        IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp);

    /// <summary>Ends the process hard. A predecessor that waits for it gets the reason.</summary>
    void End(int exitCode, string reason);
}
