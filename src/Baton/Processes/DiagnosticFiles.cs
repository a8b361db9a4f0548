using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// The socket and the pipes that the runtime opens in <c>$TMPDIR</c> for debuggers and tools. A process that is killed leaves
/// them behind.
/// </summary>
internal static class DiagnosticFiles
{
    // proc_pid_stat(5): the 22nd field, the 20th behind the name.
    private const int StartTime = 19;

    /// <summary>What tells the files of this process from those of an earlier one with its number; null if it has gone.</summary>
    internal static string? KeyOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > StartTime ? fields[StartTime] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a process with these variables has them.</summary>
    internal static string DirectoryOf(IReadOnlyDictionary<string, string> environment, string workingDirectory) =>
        environment.GetValueOrDefault("TMPDIR") is { Length: > 0 } directory ? Path.Combine(workingDirectory, directory) : "/tmp";

    /// <summary>Removes those of a process that has ended. Touches nothing of another user, and follows no link.</summary>
    internal static void Remove(string directory, int pid, string key)
    {
        foreach ((string name, int type) in new[]
        {
            ($"dotnet-diagnostic-{pid}-{key}-socket", Libc.S_IFSOCK),
            ($"clr-debug-pipe-{pid}-{key}-in", Libc.S_IFIFO),
            ($"clr-debug-pipe-{pid}-{key}-out", Libc.S_IFIFO),
        })
        {
            string path = Path.Combine(directory, name);
            if (Libc.Stat(path) is { } stat && stat.Is(type) && stat.stx_uid == Libc.geteuid())
            {
                TryDelete(path);
            }
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A few bytes stay behind, as they would without Baton.
        }
    }
}
