using Baton.Interop;

namespace Baton.Processes;

/// <summary>Facts about processes, and the hard end of this one.</summary>
internal static class CurrentProcess
{
    /// <summary>Whether a process with this pid exists, of any user.</summary>
    internal static bool Sees(int pid) => Libc.kill(pid, signal: 0) == 0 || Libc.Errno == Libc.EPERM;

    /// <summary>Collects all garbage, and gives free memory of the runtime and of malloc(3) back to the system.</summary>
    internal static void TrimMemory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            if (Platform.HandoverSupported)
            {
                _ = Libc.malloc_trim(pad: 0);
            }
        }
        catch (EntryPointNotFoundException)
        {
            // musl has none: it gives memory back by itself.
        }
    }

    /// <summary>Ends this process at once, without handlers or finalizers.</summary>
    internal static void Kill()
    {
        if (Platform.HandoverSupported)
        {
            _ = Libc.kill(Libc.getpid(), Libc.SIGKILL);
        }

        Environment.FailFast("Baton: the process did not end when asked to.");
    }
}
