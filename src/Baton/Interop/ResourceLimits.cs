using System.Globalization;

namespace Baton.Interop;

/// <summary>Finds the resource limit behind an error that does not name it.</summary>
internal static unsafe class ResourceLimits
{
    private const string Cgroups = "/sys/fs/cgroup";

    /// <summary>The text to add to an error; empty if the error says enough.</summary>
    internal static string Hint(int errno) => errno switch
    {
        Libc.EMFILE => $"; RLIMIT_NOFILE, ulimit -n, is {Get(Libc.RLIMIT_NOFILE)}",
        Libc.ENFILE => $"; fs.file-max of the machine is {Read("/proc/sys/fs/file-max") ?? "reached"}",
        _ => "",
    };

    /// <summary>The limits on processes and threads.</summary>
    internal static string OfProcesses()
    {
        string[] limits = [.. UserLimit(), .. CgroupLimits(Lines("/proc/self/cgroup"), Cgroups)];
        return limits.Length > 0
            ? string.Join(", ", limits)
            : $"kernel.threads-max is {Read("/proc/sys/kernel/threads-max") ?? "not known"}, kernel.pid_max is " +
                $"{Read("/proc/sys/kernel/pid_max") ?? "not known"}";
    }

    /// <summary>The finite pids.max values of this process's cgroup and its ancestors, of cgroup v1 or v2.</summary>
    /// <param name="memberships">The lines of <c>/proc/self/cgroup</c>: number, controllers, path.</param>
    /// <param name="root">The mount point of the cgroups.</param>
    internal static IEnumerable<string> CgroupLimits(IEnumerable<string> memberships, string root)
    {
        foreach (string at in Directories(memberships, root, "pids"))
        {
            if (Read(Path.Combine(at, "pids.max")) is { } most and not "max")
            {
                string used = Read(Path.Combine(at, "pids.current")) ?? "?";
                yield return $"pids.max of {at} is {most} (TasksMax= of systemd, pids limit of a container), {used} in use";
            }
        }
    }

    /// <summary>The lowest memory limit of this process's cgroup and its ancestors, in bytes; null for none.</summary>
    internal static long? Memory() => Memory(Lines("/proc/self/cgroup"), Cgroups);

    /// <inheritdoc cref="Memory()"/>
    /// <param name="memberships">The lines of <c>/proc/self/cgroup</c>.</param>
    /// <param name="root">The mount point of the cgroups.</param>
    internal static long? Memory(IEnumerable<string> memberships, string root)
    {
        long lowest = long.MaxValue;
        foreach (string at in Directories(memberships, root, "memory"))
        {
            string? limit = Read(Path.Combine(at, "memory.max")) ?? Read(Path.Combine(at, "memory.limit_in_bytes"));
            if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
            {
                lowest = Math.Min(lowest, bytes);
            }
        }

        // Version 1 has no word for no limit, but a number that no machine reaches.
        return lowest < 1L << 60 ? lowest : null;
    }

    /// <summary>The directories of this process's cgroup and its ancestors, the own one first, of version 1 or 2.</summary>
    private static IEnumerable<string> Directories(IEnumerable<string> memberships, string root, string controller)
    {
        foreach (string[] parts in memberships.Select(line => line.Split(':', 3)).Where(parts => Has(parts, controller)))
        {
            string top = parts[1].Length == 0 ? root : Path.Combine(root, controller);
            string? at = Path.Join(top, parts[2].TrimEnd('/'));
            for (; at is not null && at.Length >= top.Length; at = Path.GetDirectoryName(at))
            {
                yield return at;
            }
        }
    }

    private static bool Has(string[] parts, string controller) =>
        parts.Length == 3 && (parts[1].Length == 0 || parts[1].Split(',').Contains(controller));

    private static IEnumerable<string> UserLimit() =>
        Get(Libc.RLIMIT_NPROC) is var most and not "unlimited"
            ? [
                $"RLIMIT_NPROC, ulimit -u, is {most} and counts all processes and threads of user " +
                    $"{Libc.geteuid().ToString(CultureInfo.InvariantCulture)}"]
            : [];

    private static string Get(int resource)
    {
        ulong* limit = stackalloc ulong[2];
        return Libc.getrlimit(resource, limit) != 0 ? "not known"
            : limit[0] == ulong.MaxValue ? "unlimited"
            : limit[0].ToString(CultureInfo.InvariantCulture);
    }

    private static string? Read(string file) => Lines(file) is [var line, ..] ? line.Trim() : null;

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not readable, or no descriptor is free: the error is reported without it.
            return [];
        }
    }
}
