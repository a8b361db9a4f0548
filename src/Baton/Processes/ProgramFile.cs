using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// What must hold of a file before it is started because somebody asked for it. The answers read after "refused:"; null is good.
/// </summary>
internal static class ProgramFile
{
    /// <summary>Whether it is a file that this user can start; of an assembly, that its host can read.</summary>
    internal static string? Problem(string resolved)
    {
        if (Directory.Exists(resolved))
        {
            return "it is a directory";
        }

        if (!Platform.HandoverSupported)
        {
            return File.Exists(resolved) ? null : "it is no regular file";
        }

        // A name that is not UTF-8 came back with replacement characters, and is now the name of another file.
        if (resolved.Contains('\uFFFD') || Libc.Stat(resolved) is not { } stat || (stat.stx_mode & Libc.S_IFMT) != Libc.S_IFREG)
        {
            return "it is no regular file";
        }

        return DotnetHost.IsAssembly(resolved)
            ? Libc.access(resolved, Libc.R_OK) == 0 ? null : "it is not readable by this user"
            : Libc.access(resolved, Libc.X_OK) == 0 ? null : "it is not executable by this user";
    }

    /// <summary>
    /// Whether everybody may write the file, or a directory on the way to it, from <paramref name="directory"/> down.
    /// </summary>
    internal static string? OpenToAll(string path, string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            // The sticky bit is no excuse: it stops nobody from adding files beside the program.
            for (string? at = path; at is not null && at.Length >= directory.Length; at = Path.GetDirectoryName(at))
            {
                if ((File.GetUnixFileMode(at) & UnixFileMode.OtherWrite) != 0)
                {
                    return at == path ? "everybody may write it" : $"everybody may write the directory {Printable.Line(at)}";
                }
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it can't be examined: {Printable.Line(e.Message)}";
        }
    }
}
