namespace Baton.Processes;

/// <summary>
/// Whether a process has crashed and its dump is being written. It is stopped meanwhile, and killing it would destroy the dump.
/// </summary>
internal static class CrashDump
{
    private const string Writer = "createdump";

    /// <summary>The name of the program that writes the dump; null for none.</summary>
    /// <param name="pid">The process, which must not be reaped meanwhile.</param>
    /// <param name="proc">The mount point of the process file system.</param>
    internal static string? Of(int pid, string proc = "/proc")
    {
        string status = Read($"{proc}/{pid}/status");
        if (Field(status, "CoreDumping:") == "1")
        {
            return "the kernel writes a core dump";
        }

        // .NET's own tool is a child of the process, and traces it once it has begun to read.
        string? tracer = Field(status, "TracerPid:");
        return (tracer is not (null or "0") && Name(proc, tracer) == Writer)
            || Children(proc, pid).Any(child => Name(proc, child) == Writer)
            ? $"{Writer} writes a dump"
            : null;
    }

    private static string Name(string proc, string pid) => Read($"{proc}/{pid}/comm").Trim();

    // Any thread may have forked it.
    private static IEnumerable<string> Children(string proc, int pid)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories($"{proc}/{pid}/task")
                    .SelectMany(t => Read($"{t}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended.
            return [];
        }
    }

    private static string? Field(string status, string name) =>
        status.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? line[name.Length..].Trim()
            : null;

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
