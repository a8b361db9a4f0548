using Baton.Interop;

namespace Baton.Processes;

/// <summary>Resolves all links of an absolute path.</summary>
internal static class LinkResolution
{
    // The kernel's limit (path_resolution(7)).
    private const int MaxLinks = 40;

    /// <summary>The path without links; null if it does not exist or this user cannot see it.</summary>
    internal static string? Resolve(string path) => Platform.HandoverSupported ? Libc.RealPath(path) : ResolveBySegments(path);

    /// <summary>The same without realpath(3), for other platforms.</summary>
    internal static string? ResolveBySegments(string path)
    {
        string resolved = Path.GetPathRoot(path)!;
        Stack<string> ahead = Segments(path);
        int links = 0;
        while (ahead.TryPop(out string? segment))
        {
            string next = Path.GetFullPath(Path.Combine(resolved, segment));
            string? target = Directory.Exists(next) ? new DirectoryInfo(next).LinkTarget : new FileInfo(next).LinkTarget;
            if (target is null ? !Path.Exists(next) : ++links > MaxLinks)
            {
                return null;
            }

            if (target is null)
            {
                resolved = next;
                continue;
            }

            resolved = Path.IsPathFullyQualified(target) ? Path.GetPathRoot(target)! : resolved;
            foreach (string s in Segments(target).Reverse())
            {
                ahead.Push(s);
            }
        }

        return resolved;
    }

    // The first segment is on top.
    private static Stack<string> Segments(string path)
    {
        string below = path[Path.GetPathRoot(path)!.Length..];
        return new(
            below.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
                .Reverse());
    }
}
