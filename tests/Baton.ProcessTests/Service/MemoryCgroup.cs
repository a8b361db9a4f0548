using System.Globalization;

namespace Baton.ProcessTests.Service;

/// <summary>A cgroup of version 1 or 2 with one process and a memory limit.</summary>
internal sealed class MemoryCgroup : IDisposable
{
    private const string Version1 = "/sys/fs/cgroup/memory";

    private readonly string _directory;
    private readonly string _limit;

    private MemoryCgroup(string parent, string limit)
    {
        _directory = Path.Combine(parent, $"baton-test-{Guid.NewGuid():N}");
        _limit = Path.Combine(_directory, limit);
        Directory.CreateDirectory(_directory);
    }

    /// <returns>Null where none can be made.</returns>
    internal static MemoryCgroup? TryMake(int pid)
    {
        MemoryCgroup? group = null;
        try
        {
            group = Directory.Exists(Version1) ? new(Version1, "memory.limit_in_bytes") : new("/sys/fs/cgroup", "memory.max");
            File.WriteAllText(Path.Combine(group._directory, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
            if (File.Exists(group._limit))
            {
                return group;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not root, or read-only.
        }

        group?.Dispose();
        return null;
    }

    internal void Limit(int mebibytes) => File.WriteAllText(_limit, (mebibytes * 1024L * 1024).ToString(CultureInfo.InvariantCulture));

    /// <summary>A cgroup goes when its last process has ended, so a directory that is still in use stays.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_directory);
        }
        catch (IOException)
        {
            // The test has failed, and its process lives for a moment longer than this.
        }
    }
}
