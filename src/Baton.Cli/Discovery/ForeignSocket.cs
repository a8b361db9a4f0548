using Baton.Control;
using Baton.Interop;

namespace Baton.Cli.Discovery;

/// <summary>A control socket in a directory that the caller cannot read. The kernel lists it, see proc(5).</summary>
internal sealed record ForeignSocket(string Path, string Name, uint User)
{
    private const int PathColumn = 7;

    /// <summary>
    /// None where $BATON_CONTROL_DIR names the only directory, and none for root, who reads all directories.
    /// </summary>
    internal static IReadOnlyList<ForeignSocket> All(CliEnvironment environment) =>
        environment.UserId == 0 || environment.Variable("BATON_CONTROL_DIR") is { Length: > 0 }
            ? []
            : [
                .. Paths(environment).Distinct(StringComparer.Ordinal)
                    .Select(p => (Path: p, User: OwnerOf(p)))
                    .Where(p => p.User is { } owner && owner != environment.UserId && owner != 0)
                    .Select(p => new ForeignSocket(p.Path, System.IO.Path.GetFileNameWithoutExtension(p.Path), p.User!.Value))
                    .OrderBy(f => f.Name, StringComparer.Ordinal),
            ];

    private static IEnumerable<string> Paths(CliEnvironment environment) =>
        from line in Lines(System.IO.Path.Join(environment.Root, "proc/net/unix"))
        let columns = line.Split(' ', PathColumn + 1, StringSplitOptions.RemoveEmptyEntries)
        where columns.Length == PathColumn + 1
        let path = columns[PathColumn].TrimEnd(ControlProtocol.DraftSuffix[0])
        where path.EndsWith(ControlProtocol.SocketExtension, StringComparison.Ordinal) && IsControlDirectory(path)
        select path;

    // ".../baton" of a runtime directory, or "baton-UID" in a temporary one.
    private static bool IsControlDirectory(string path) =>
        System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path)) is { } folder
            && (folder == ControlProtocol.Folder
                || (folder.StartsWith(ControlProtocol.Folder + "-", StringComparison.Ordinal)
                    && folder.AsSpan(ControlProtocol.Folder.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0));

    // The directory itself may be out of reach. The nearest one above that can be seen belongs to the same user.
    private static uint? OwnerOf(string path)
    {
        string? directory = System.IO.Path.GetDirectoryName(path);
        while (directory is { Length: > 1 })
        {
            if (Libc.Stat(directory) is { } stat)
            {
                return stat.stx_uid;
            }

            directory = System.IO.Path.GetDirectoryName(directory);
        }

        return null;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system without /proc: other users' services stay unknown.
            return [];
        }
    }
}
