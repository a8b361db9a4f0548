using Baton.Interop;

namespace Baton.Processes;

/// <summary>What this process does to itself as a last resort.</summary>
internal static class CurrentProcess
{
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
