using System.Globalization;

namespace RestartLoad.Restarts;

/// <summary>Looks at what a process holds, from outside.</summary>
internal static class ResourceProbe
{
    /// <summary>Null when the process has just gone.</summary>
    public static GenerationSnapshot? Measure(int pid, int restart, TimeSpan now)
    {
        try
        {
            int fds = Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();
            return ProcessIdentity.Find(pid) is { } process
                ? new GenerationSnapshot(restart, now.TotalSeconds, pid, fds, ResidentBytes(pid), CountZombies(process))
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// Ended processes that somebody of the service's session should have waited for. An ended predecessor is not among them:
    /// its parent had ended before it, so it is left to init, which takes its time.
    /// </summary>
    private static int CountZombies(ProcessIdentity serving)
    {
        ProcessIdentity[] all = [.. ProcessIdentity.All()];
        HashSet<int> members = [.. all.Where(one => one.Session == serving.Session && !one.IsZombie).Select(one => one.Pid)];
        return all.Count(one => one.IsZombie && members.Contains(one.Parent));
    }

    private static long ResidentBytes(int pid)
    {
        const string Label = "VmRSS:";
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(Label, StringComparison.Ordinal));
        string kibibytes = line[Label.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }
}
