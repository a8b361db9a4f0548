using System.Globalization;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// Lets the process that serves go first on a busy machine while this one starts: a higher nice value for all its threads, and
/// for those that they start (setpriority(2), which on Linux is per thread). Only where the kernel allows it to be taken back,
/// which needs CAP_SYS_NICE or RLIMIT_NICE. Not safe for concurrent use.
/// </summary>
internal sealed class StartPriority
{
    /// <summary>At 19 answers beside a start were hardly faster; with 10 it still gets a tenth of a busy processor.</summary>
    internal const int Step = 10;

    private const int Nicest = 19;

    // Each pass finds only threads that another one started while the pass before ran.
    private const int Passes = 10;

    private (int Before, int Lowered)? _taken;

    /// <summary>Raises the nice value, if it can be lowered again.</summary>
    /// <returns>Why not; null if it was done.</returns>
    internal string? Lower()
    {
        int before = Own();
        int lowered = Math.Min(Nicest, before + Step);
        if (lowered == before)
        {
            return null;
        }

        if (Try(before, lowered) is { } problem)
        {
            return problem;
        }

        _taken = (before, lowered);
        return SetAll(before, lowered);
    }

    /// <summary>Takes it back. Does nothing the second time.</summary>
    /// <returns>The error; null for none.</returns>
    internal string? Restore()
    {
        if (_taken is not var (before, lowered))
        {
            return null;
        }

        _taken = null;
        return SetAll(lowered, before);
    }

    /// <summary>Of the calling thread.</summary>
    internal static int Own() => Libc.getpriority(Libc.PRIO_PROCESS, 0);

    // With a thread that ends: capabilities in a user namespace do not count here, so only an attempt tells.
    private static string? Try(int before, int lowered)
    {
        string? problem = null;
        var thread = new Thread(() =>
            problem = Libc.setpriority(Libc.PRIO_PROCESS, 0, lowered) == 0 && Libc.setpriority(Libc.PRIO_PROCESS, 0, before) == 0
                ? null
                : Libc.Describe(Libc.Errno));
        thread.Start();
        thread.Join();
        return problem;
    }

    // Threads with another value have it from the application.
    private static string? SetAll(int from, int to)
    {
        string? problem = null;
        bool changed = true;
        for (int pass = 0; changed && pass < Passes; pass++)
        {
            changed = false;
            foreach (string task in Tasks())
            {
                int id = int.Parse(Path.GetFileName(task.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture);
                if (Libc.getpriority(Libc.PRIO_PROCESS, id) == from)
                {
                    changed = true;
                    if (Libc.setpriority(Libc.PRIO_PROCESS, id, to) != 0 && Libc.Errno != Libc.ESRCH)
                    {
                        problem = Libc.Describe(Libc.Errno);
                    }
                }
            }
        }

        return problem;
    }

    private static string[] Tasks()
    {
        try
        {
            return Directory.GetDirectories("/proc/self/task");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc nothing is lowered.
            return [];
        }
    }
}
