using Baton.Interop;

namespace Baton.Processes;

/// <summary>What this process sees, and what it does to itself as a last resort.</summary>
internal static class CurrentProcess
{
    /// <summary>Whether there is a process of that number, of our own user or another.</summary>
    internal static bool Sees(int pid) => Libc.kill(pid, signal: 0) == 0 || Libc.Errno == Libc.EPERM;

    /// <summary>Ends it with no handler, finalizer or lock in the way.</summary>
    internal static void Kill()
    {
        if (Platform.HandoverSupported)
        {
            _ = Libc.kill(Libc.getpid(), Libc.SIGKILL);
        }

        Environment.FailFast("Baton: the process did not end when asked to.");
    }
}
