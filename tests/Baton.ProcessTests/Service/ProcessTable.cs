using System.Globalization;
using System.Text;

namespace Baton.ProcessTests.Service;

/// <summary>What /proc says about processes.</summary>
internal static class ProcessTable
{
    /// <summary>Whether any of its threads is left: the first may go before the others, and the descriptors go with the last.</summary>
    internal static bool IsAlive(int pid) =>
        State(pid) is not (null or 'X') && (State(pid) != 'Z' || CountThreads(pid) > 1);

    /// <summary>Every living process that was started with this text in its environment.</summary>
    internal static IReadOnlyList<int> StartedWith(string environmentEntry) =>
        [.. Pids().Where(pid => $"\0{Environment(pid)}".Contains($"\0{environmentEntry}\0", StringComparison.Ordinal) && IsAlive(pid))];

    /// <summary>The variables that a process was started with.</summary>
    internal static string Environment(int pid) => Read(pid, "environ");

    internal static int CountZombieChildren(int parent) =>
        Pids().Count(pid => State(pid) == 'Z' && Status(pid, "PPid") == parent);

    /// <summary>The numbers of a process, from our pid namespace to its own.</summary>
    internal static IReadOnlyList<int> NumbersInNamespaces(int pid) =>
        Read(pid, "status").Split('\n').FirstOrDefault(l => l.StartsWith("NSpid:", StringComparison.Ordinal)) is { } line
            ? [.. line.Split('\t').Skip(1).Select(n => int.Parse(n, CultureInfo.InvariantCulture))]
            : [];

    internal static long ResidentKilobytes(int pid) => Status(pid, "VmRSS");

    /// <summary>What each descriptor of a process leads to, for example <c>socket:[4711]</c> or a path.</summary>
    internal static IReadOnlyList<string> Descriptors(int pid) =>
        [.. Directory.GetFiles($"/proc/{pid}/fd").Select(LinkTarget).OfType<string>()];

    /// <summary>The names of its threads, as the kernel knows them: fifteen characters.</summary>
    internal static IReadOnlyList<string> Threads(int pid) =>
        [.. Directory.GetDirectories($"/proc/{pid}/task").Select(thread => Read(pid, $"task/{Path.GetFileName(thread)}/comm").Trim())];

    /// <summary>The nice values of its threads, each once.</summary>
    internal static IEnumerable<int> NiceValues(int pid) =>
        Directory.GetDirectories($"/proc/{pid}/task")
            .Select(thread => Read(pid, $"task/{Path.GetFileName(thread)}/stat"))
            .Where(stat => stat.Length > 0)
            .Select(stat => int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture))
            .Distinct();

    internal static IReadOnlyList<string> Sockets(int pid) =>
        [.. Descriptors(pid).Where(d => d.StartsWith("socket:", StringComparison.Ordinal))];

    /// <summary>
    /// How many descriptors of each kind: sockets and pipes as such, everything else by its name. Without assemblies, which the runtime keeps
    /// open as it comes to need them.
    /// </summary>
    internal static string DescriptorKinds(int pid)
    {
        IEnumerable<KeyValuePair<string, int>> kinds = Descriptors(pid)
            .Where(d => !d.Contains(".dll", StringComparison.Ordinal))
            .CountBy(d => d.Split(":[")[0]);
        return string.Join(", ", kinds.Select(kind => $"{kind.Value} {kind.Key}").Order(StringComparer.Ordinal));
    }

    private static IEnumerable<int> Pids() =>
        Directory.GetDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(pid => pid > 0);

    // "4711 (name) S 1 ...": the name may hold anything, so the state follows the last bracket.
    internal static char? State(int pid)
    {
        string stat = Read(pid, "stat");
        int bracket = stat.LastIndexOf(')');
        return bracket < 0 ? null : stat[bracket + 2];
    }

    private static long Status(int pid, string name) =>
        Read(pid, "status").Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal)) is { } line
            ? long.Parse(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
            : -1;

    // A process may end at any moment: then there is nothing to read.
    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static long CountThreads(int pid) => Status(pid, "Threads");

    private static string? LinkTarget(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
