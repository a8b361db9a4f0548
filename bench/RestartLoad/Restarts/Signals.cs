using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RestartLoad.Restarts;

/// <summary>kill(2), for single processes only.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int User2 = 12;
    public const int Terminate = 15;

    private static readonly Dictionary<string, int> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = 1,
        ["INT"] = 2,
        ["USR1"] = 10,
        ["USR2"] = User2,
        ["TERM"] = Terminate,
    };

    /// <exception cref="FormatException">Not one of the signals a service may take for a restart.</exception>
    public static int Parse(string name)
    {
        string bare = name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? name[3..] : name;
        return Numbers.TryGetValue(bare, out int number)
            ? number
            : throw new FormatException($"'{name}' is not one of {string.Join(", ", Numbers.Keys)}.");
    }

    /// <exception cref="Win32Exception">There is no such process, or it is not ours to signal.</exception>
    public static void Send(int pid, int signal)
    {
        // 0, -1 and below address whole groups of processes, 1 is init: none of them can be a service of ours.
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(pid, 1);
        if (SendNative(pid, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>The same for a process that may be gone by now.</summary>
    public static void TrySend(int pid, int signal)
    {
        try
        {
            Send(pid, signal);
        }
        catch (Win32Exception)
        {
            // Gone, which is what the signal was for.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendNative(int pid, int signal);
}
