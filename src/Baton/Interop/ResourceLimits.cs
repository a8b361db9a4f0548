using System.Globalization;

namespace Baton.Interop;

/// <summary>Names the limit behind an error that says only that something is used up.</summary>
internal static unsafe class ResourceLimits
{
    private const string Cgroups = "/sys/fs/cgroup";

    /// <summary>What to add to the name of an error; empty if it says enough.</summary>
    internal static string Hint(int errno) => errno switch
    {
        Libc.EMFILE => $"; RLIMIT_NOFILE, ulimit -n, is {Get(Libc.RLIMIT_NOFILE)}",
        Libc.ENFILE => $"; fs.file-max of the machine is {Read("/proc/sys/fs/file-max") ?? "reached"}",
        _ => "",
    };

    /// <summary>What bounds the number of processes and threads.</summary>
    internal static string OfProcesses()
    {
        string[] limits = [.. UserLimit(), .. CgroupLimits(Lines("/proc/self/cgroup"), Cgroups)];
        return limits.Length > 0
            ? string.Join(", ", limits)
            : $"kernel.threads-max is {Read("/proc/sys/kernel/threads-max") ?? "not known"}, kernel.pid_max is " +
                $"{Read("/proc/sys/kernel/pid_max") ?? "not known"}";
    }

    /// <summary>The finite pids.max of this process's cgroup and of those around it, of either version.</summary>
    /// <param name="memberships">The lines of <c>/proc/self/cgroup</c>: number, controllers, path.</param>
    /// <param name="root">Where the cgroups are mounted.</param>
    internal static IEnumerable<string> CgroupLimits(IEnumerable<string> memberships, string root)
    {
        foreach (string[] parts in memberships.Select(line => line.Split(':', 3)).Where(p => p.Length == 3 && (p[1].Length == 0 || p[1].Split(',').Contains("pids"))))
        {
            string top = parts[1].Length == 0 ? root : Path.Combine(root, "pids");
            for (string? at = Path.Join(top, parts[2].TrimEnd('/')); at is not null
                && at.Length >= top.Length; at = Path.GetDirectoryName(at))
            {
                if (Read(Path.Combine(at, "pids.max")) is { } most and not "max")
                {
                    yield return $"pids.max of {at} is {most} (TasksMax= of systemd, pids limit of a container), {Read(Path.Combine(at, "pids.current")) ?? "?"} in use";
                }
            }
        }
    }

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
            // Hidden from this user, or no descriptor is free: the error is named without it.
            return [];
        }
    }
}
