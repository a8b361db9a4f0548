using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>This process: its threads and its end.</summary>
internal sealed class OwnProcess(SuccessorRole? successor, TimeSpan exitTimeout, TimeSpan logTime, BufferedLogger logger)
    : IOwnProcess
{
    public bool Sees(int pid) => CurrentProcess.Sees(pid);

    public void QueueToThreadPool(Action action) =>
        ThreadPool.UnsafeQueueUserWorkItem(static a => a(), action, preferLocal: false);

    public void TrimMemory() => OwnThread.Start("baton-trim", CurrentProcess.TrimMemory);

    // A thread of their own: neither must a starved pool stop hooks, nor hooks the pool.
    public void RunHooks(
        IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp)
        => OwnThread.Start("baton-hooks", () => RunAll(hooks, failed, finished, givenUp));

    public void End(int exitCode, string reason)
    {
        logger.ProcessEnded(Environment.ProcessId, reason);
        try
        {
            successor?.SayFailed(reason);
        }
        finally
        {
            EndWithin(exitTimeout, exitCode, reason);
        }
    }

    private static void RunAll(
        IReadOnlyList<Func<CancellationToken, Task>> hooks, Action<Exception> failed, Action finished, CancellationToken givenUp)
    {
        foreach (Func<CancellationToken, Task> hook in hooks)
        {
            if (givenUp.IsCancellationRequested)
            {
                return;
            }

            try
            {
                hook(givenUp).GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                failed(e);
            }
        }

        finished();
    }

    private void EndWithin(TimeSpan limit, int exitCode, string reason)
    {
        try
        {
            OwnThread.Start("baton-kill", () =>
            {
                new ManualResetEventSlim().Wait(limit);
                CurrentProcess.Kill();
            });

            // Exit runs the application's exit handlers, which may hang, as may its logger. This process ends anyway.
            OwnThread.Start("baton-exit", () =>
            {
                logger.Abandon($"Process {Environment.ProcessId} ends at once: {reason}", logTime);
                Environment.Exit(exitCode);
            });
        }
        catch (RestartException e)
        {
            // No thread is available for an orderly end.
            logger.ProcessEnded(Environment.ProcessId, e.Message);
            CurrentProcess.Kill();
        }
    }
}
