using System.Globalization;

namespace RestartLoad.Restarts;

/// <summary>
/// A process as /proc/PID/stat shows it (proc(5)). Pid and start time together are unique; the pid alone is reused.
/// </summary>
internal sealed record ProcessIdentity(int Pid, string Name, char State, int Parent, int Session, int Threads, long StartTime)
{
    /// <summary>
    /// Ended, but for its parent to notice. The first thread of a dying process is a zombie before the others have ended, and until they have the process
    /// keeps its files and connections.
    /// </summary>
    public bool IsZombie => State is 'Z' or 'X' && Threads <= 1;

    public static ProcessIdentity? Find(int pid)
    {
        try
        {
            // The second field is the program's name in parentheses, and may contain both; the rest begins after the last one.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            int end = stat.LastIndexOf(')');
            string[] fields = stat[(end + 2)..].Split(' ');
            return new ProcessIdentity(pid, stat[(stat.IndexOf('(') + 1)..end], fields[0][0], Int(fields[1]), Int(fields[3]), Int(fields[17]), Long(fields[19]));
        }
        catch (IOException)
        {
            return null; // Gone, perhaps while we read.
        }
    }

    public static IEnumerable<ProcessIdentity> All()
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && Find(pid) is { } process)
            {
                yield return process;
            }
        }
    }

    /// <summary>
    /// Ended: a zombie holds no sockets any more, it only waits for its parent. A service that was started in a terminal executes a shell in
    /// its own place when it leaves; any other change of the name is that of a process that has just been forked.
    /// </summary>
    public bool HasEnded() => Find(Pid) is not { } now || now.StartTime != StartTime || now.IsZombie || (now.Name != Name && now.Name == "sh");

    public async Task WaitForEndAsync(CancellationToken cancellation)
    {
        TimeSpan interval = TimeSpan.FromMilliseconds(5);
        while (!HasEnded())
        {
            await Task.Delay(interval, cancellation);
        }
    }

    private static int Int(string field) => int.Parse(field, CultureInfo.InvariantCulture);

    private static long Long(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
