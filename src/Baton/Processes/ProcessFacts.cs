using System.Globalization;

namespace Baton.Processes;

/// <summary>
/// What <c>/proc/PID/status</c> says of a process (proc(5)). Null, or the harmless answer, if it is gone or hidden.
/// </summary>
internal static class ProcessFacts
{
    // Deeper trees than that are no services.
    private const int MostAncestors = 100;

    internal static int? ParentOf(int pid) =>
        int.TryParse(Field(pid, "PPid:"), NumberStyles.None, CultureInfo.InvariantCulture, out int parent) ? parent : null;

    internal static string NameOf(int pid) => Field(pid, "Name:") ?? "";

    /// <summary>Whether a signal does not do to the process what the kernel does by default.</summary>
    internal static bool Handles(int pid, int signal) => Has(pid, "SigCgt:", signal) || Has(pid, "SigIgn:", signal);

    /// <summary>Whether one process has started the other, directly or not, and is still above it.</summary>
    internal static bool Descends(int pid, int ancestor)
    {
        int? at = pid;
        for (int i = 0; i < MostAncestors && at is > 0; i++)
        {
            if (at == ancestor)
            {
                return true;
            }

            at = ParentOf(at.Value);
        }

        return false;
    }

    private static bool Has(int pid, string mask, int signal) =>
        ulong.TryParse(Field(pid, mask), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits)
            && (bits >> (signal - 1) & 1) == 1;

    private static string? Field(int pid, string name)
    {
        try
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status");
            string? line = File.ReadLines(path).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
            return line?[name.Length..].Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
