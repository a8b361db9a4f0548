using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// The socket and pipes that the runtime opens in <c>$TMPDIR</c> for debuggers and tools. A killed process leaves them behind.
/// </summary>
internal static class DiagnosticFiles
{
    // proc_pid_stat(5): the 22nd field, the 20th after the name.
    private const int StartTime = 19;

    /// <summary>
    /// The key that separates the files of this process from those of an earlier one with its pid; null if it is gone.
    /// </summary>
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

    /// <summary>The directory for a process with these variables.</summary>
    internal static string DirectoryOf(IReadOnlyDictionary<string, string> environment, string workingDirectory) =>
        environment.GetValueOrDefault("TMPDIR") is { Length: > 0 } directory ? Path.Combine(workingDirectory, directory) : "/tmp";

    /// <summary>Removes the files of a process that has ended. Touches no files of other users, and follows no links.</summary>
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
            // A few bytes stay behind, as without Baton.
        }
    }
}
