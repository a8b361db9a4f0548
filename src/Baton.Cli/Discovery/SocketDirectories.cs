using System.Globalization;
using Baton.Control;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>
/// The directories that may hold control sockets, see docs/cli.md. They need not exist. Whether a socket in them is trusted is
/// decided
/// at the connect, see <see cref="ControlTrust"/>.
/// </summary>
internal static class SocketDirectories
{
    // In a temporary directory, only the names that services give their directories.
    private const string TemporaryPrefix = ControlProtocol.Folder + "-";

    private static readonly string[] Variables = ["RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"];

    internal static IReadOnlyList<string> Of(CliEnvironment environment)
    {
        if (environment.Variable("BATON_CONTROL_DIR") is { Length: > 0 } only)
        {
            return [Path.GetFullPath(only)];
        }

        return [.. FromVariables(environment).Concat(BelowRun(environment)).Concat(Temporary(environment)).Distinct()];
    }

    /// <summary>The sockets in them. Directories that cannot be read are skipped.</summary>
    internal static IEnumerable<string> Sockets(IEnumerable<string> directories) =>
        from directory in directories
        where Directory.Exists(directory)
        from file in Directory.EnumerateFiles(directory, "*" + ControlProtocol.SocketExtension, Readable)
            .Order(StringComparer.Ordinal)
        select file;

    /// <summary>
    /// The existing directories that a service of the caller refuses to use; of root's, those of any user. A service with such a
    /// directory has no control socket, and says so only in its log.
    /// </summary>
    internal static IReadOnlyList<RefusedDirectory> Refused(CliEnvironment environment, IEnumerable<string> directories) =>
    [
        .. from directory in directories
           let stat = Libc.Stat(directory)
           where stat is not null
           let own = environment.UserId == 0 ? stat.Value.stx_uid : environment.UserId

           // Below /run are also the directories of other users' services.
           where stat.Value.stx_uid == own || Path.GetFileName(directory).StartsWith(TemporaryPrefix, StringComparison.Ordinal)
           let problem = ControlDirectory.ProblemOf(directory, stat.Value, own)
           where problem is not null
           select new RefusedDirectory(
               $"Services make no control socket there: {problem}.",
               stat.Value.stx_uid == own
                   ? $"chmod 700 {directory}, then stop the service and start it"
                   : $"ask root to remove it, or set Control:Directory of the service"),
    ];

    private static EnumerationOptions Readable => new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };

    private static IEnumerable<string> FromVariables(CliEnvironment environment) =>
        from variable in Variables
        let directory = environment.Variable(variable)?.Split(':')[0]
        where !string.IsNullOrEmpty(directory) && Path.IsPathFullyQualified(directory)
        select Path.Join(Path.TrimEndingDirectorySeparator(directory), ControlProtocol.Folder);

    /// <summary>Those of system services, and those of the caller; root sees those of all users.</summary>
    private static IEnumerable<string> BelowRun(CliEnvironment environment)
    {
        string run = Path.Join(environment.Root, "run");
        return Directories(run, "*")
            .Concat(Directories(Path.Join(run, "user"), ForUser(environment)))
            .Select(directory => Path.Join(directory, ControlProtocol.Folder));
    }

    private static IEnumerable<string> Temporary(CliEnvironment environment) =>
        from temporary in new[] { environment.Variable("TMPDIR"), Path.Join(environment.Root, "tmp") }
        where !string.IsNullOrEmpty(temporary) && Path.IsPathFullyQualified(temporary)
        from directory in Directories(temporary, TemporaryPrefix + ForUser(environment))
        where Path.GetFileName(directory)[TemporaryPrefix.Length..].All(char.IsAsciiDigit)
        select directory;

    private static string ForUser(CliEnvironment environment) =>
        environment.UserId == 0 ? "*" : environment.UserId.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Directories(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, pattern, Readable).Order(StringComparer.Ordinal) : [];
}
