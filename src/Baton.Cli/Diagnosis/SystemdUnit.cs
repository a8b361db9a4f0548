using System.Globalization;

namespace Baton.Cli.Diagnosis;

/// <summary>The systemd unit that a process runs in, as its control group names it, see proc(5).</summary>
/// <param name="Name">Such as <c>shop.service</c>.</param>
/// <param name="IsOfUser">Whether a user's own systemd runs it.</param>
internal sealed record SystemdUnit(string Name, bool IsOfUser)
{
    private const string Suffix = ".service";

    internal string Journal => $"journalctl {(IsOfUser ? "--user-unit" : "--unit")} {Name}";

    /// <summary>The leading arguments of systemctl.</summary>
    internal IReadOnlyList<string> Arguments => IsOfUser ? ["--user"] : [];

    /// <summary>Null if it runs in none, as a program that was started in a terminal does.</summary>
    internal static SystemdUnit? Of(CliEnvironment environment, int pid)
    {
        string file = Path.Join(environment.Root, string.Create(CultureInfo.InvariantCulture, $"proc/{pid}/cgroup"));
        try
        {
            // "0::/system.slice/shop.service", in the older hierarchy "1:name=systemd:/system.slice/shop.service".
            return File.ReadAllLines(file).Select(Parse).FirstOrDefault(u => u is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended.
            return null;
        }
    }

    private static SystemdUnit? Parse(string line)
    {
        string[] fields = line.Split(':', 3);
        if (fields.Length < 3 || fields[1] is not ("" or "name=systemd"))
        {
            return null;
        }

        string[] groups = fields[2].Split('/');
        int unit = Array.FindLastIndex(groups, g => g.EndsWith(Suffix, StringComparison.Ordinal));
        return unit < 0 || IsUserManager(groups[unit])
            ? null
            : new SystemdUnit(groups[unit], groups.Take(unit).Any(IsUserManager));
    }

    private static bool IsUserManager(string group) =>
        group.StartsWith("user@", StringComparison.Ordinal) && group.EndsWith(Suffix, StringComparison.Ordinal);
}
