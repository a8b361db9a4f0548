using Baton.Interop;

namespace Baton.Processes;

/// <summary>Checks a file before it is started on request. The answers complete "refused:"; null means allowed.</summary>
internal static class ProgramFile
{
    /// <summary>Whether this user can execute the file, or read it if it is an assembly.</summary>
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

        // A name that is not UTF-8 came back with replacement characters, and would name another file.
        if (resolved.Contains('\uFFFD') || Libc.Stat(resolved) is not { } stat || (stat.stx_mode & Libc.S_IFMT) != Libc.S_IFREG)
        {
            return "it is no regular file";
        }

        return DotnetHost.IsAssembly(resolved)
            ? Libc.access(resolved, Libc.R_OK) == 0 ? null : "it is not readable by this user"
            : Libc.access(resolved, Libc.X_OK) == 0 ? null : "it is not executable by this user";
    }

    /// <summary>
    /// Whether everybody may write the file or a directory on the way to it, from <paramref name="directory"/> down.
    /// </summary>
    internal static string? OpenToAll(string path, string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            // The sticky bit does not help: anybody can still add files beside the program.
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
