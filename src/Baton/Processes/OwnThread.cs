using Baton.Interop;

namespace Baton.Processes;

/// <summary>A background thread of Baton.</summary>
internal static class OwnThread
{
    /// <exception cref="RestartException">The kernel has no thread left; the message names the limit.</exception>
    internal static void Start(string name, Action run)
    {
        try
        {
            new Thread(() => run()) { IsBackground = true, Name = name }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            throw new RestartException(
                RestartFailure.SpawnFailed,
                $"Could not start the thread {name}: no process or thread may be added ({ResourceLimits.OfProcesses()}).",
                e);
        }
    }
}
