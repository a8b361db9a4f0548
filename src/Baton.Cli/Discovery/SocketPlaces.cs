using System.Globalization;
using Baton.Control;

namespace Baton.Cli.Discovery;

/// <summary>
/// The directories in which services may have their control sockets, see docs/cli.md. They need not exist. Who may be believed in them is decided where one is
/// connected to, see <see cref="ControlTrust"/>.
/// </summary>
internal static class SocketPlaces
{
    // Of the names of temporary directories only those that a service would make.
    private const string TemporaryPrefix = ControlProtocol.Folder + "-";

    private static readonly string[] Variables = ["RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"];

    internal static IReadOnlyList<string> Of(Surroundings around)
    {
        if (around.Variable("BATON_CONTROL_DIR") is { Length: > 0 } only)
        {
            return [Path.GetFullPath(only)];
        }

        return [.. FromVariables(around).Concat(BelowRun(around)).Concat(Temporary(around)).Distinct()];
    }

    /// <summary>The sockets in them; what may not be read has nothing for us.</summary>
    internal static IEnumerable<string> Sockets(IEnumerable<string> places) =>
        from place in places
        where Directory.Exists(place)
        from file in Directory.EnumerateFiles(place, "*" + ControlProtocol.SocketExtension, Readable).Order(StringComparer.Ordinal)
        select file;

    private static EnumerationOptions Readable => new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private static IEnumerable<string> FromVariables(Surroundings around) =>
        from variable in Variables
        let directory = around.Variable(variable)?.Split(':')[0]
        where !string.IsNullOrEmpty(directory) && Path.IsPathFullyQualified(directory)
        select Path.Join(Path.TrimEndingDirectorySeparator(directory), ControlProtocol.Folder);

    /// <summary>Of system services, and of users: the caller, or all if that is root.</summary>
    private static IEnumerable<string> BelowRun(Surroundings around)
    {
        string run = Path.Join(around.Root, "run");
        return Directories(run, "*").Concat(Directories(Path.Join(run, "user"), ForUser(around))).Select(directory => Path.Join(directory, ControlProtocol.Folder));
    }

    private static IEnumerable<string> Temporary(Surroundings around) =>
        from temporary in new[] { around.Variable("TMPDIR"), Path.Join(around.Root, "tmp") }
        where !string.IsNullOrEmpty(temporary) && Path.IsPathFullyQualified(temporary)
        from directory in Directories(temporary, TemporaryPrefix + ForUser(around))
        where Path.GetFileName(directory)[TemporaryPrefix.Length..].All(char.IsAsciiDigit)
        select directory;

    private static string ForUser(Surroundings around) => around.UserId == 0 ? "*" : around.UserId.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Directories(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, pattern, Readable).Order(StringComparer.Ordinal) : [];
}
