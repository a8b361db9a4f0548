using System.Globalization;
using Baton.Interop;

namespace Baton.Resources;

/// <summary>
/// Finds the process that listens where this process could not bind, from <c>/proc</c>: for waits and messages. Nothing is
/// decided by it alone.
/// </summary>
internal static class AddressHolder
{
    private const string Listening = "0A";
    private const string SocketLink = "socket:[";

    /// <summary>The inodes of sockets that have the port of a request, at any address, or its path or abstract name.</summary>
    internal static IReadOnlySet<long> SocketsAt(ResourceKey request)
    {
        try
        {
            // Connections that nobody has accepted yet have inode 0.
            if (request.Address is { } ip)
            {
                string port = ip.Port.ToString("X4", CultureInfo.InvariantCulture);
                string table = request.Kind == ResourceKind.Udp ? "udp" : "tcp";
                return Rows($"/proc/self/net/{table}").Concat(Rows($"/proc/self/net/{table}6"))
                    .Where(c => c.Length > 9 && c[1].EndsWith($":{port}", StringComparison.Ordinal)
                        && (request.Kind == ResourceKind.Udp || c[3] == Listening))
                    .Select(c => ToInode(c[9])).Where(i => i != 0).ToHashSet();
            }

            return request.Policy.HasPath
                ? Rows("/proc/self/net/unix").Where(c => c.Length > 7 && c[7] == request.Place)
                    .Select(c => ToInode(c[6])).Where(i => i != 0).ToHashSet()
                : new HashSet<long>();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc: nothing is known.
            return new HashSet<long>();
        }
    }

    /// <summary>A process that has one of the sockets open, with its name; null if there is none that this user may look
    /// at.</summary>
    internal static (int Pid, string Name)? ProcessWith(IReadOnlySet<long> sockets)
    {
        if (sockets.Count == 0 || !Directory.Exists("/proc"))
        {
            return null;
        }

        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && Has(pid, sockets) is true)
            {
                return (pid, NameOf(directory));
            }
        }

        return null;
    }

    /// <summary>The inode of a descriptor of this process; 0 if it is no socket.</summary>
    internal static long SocketOf(Descriptor descriptor) => InodeOf($"/proc/self/fd/{descriptor.Number}");

    /// <summary>Whether a process has one of the sockets open; null if that may not be seen.</summary>
    internal static bool? Has(int pid, IReadOnlySet<long> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(file => sockets.Contains(InodeOf(file)));
        }
        catch (DirectoryNotFoundException)
        {
            // It has ended.
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string NameOf(string directory)
    {
        try
        {
            return File.ReadAllText($"{directory}/comm").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended since.
            return "ended";
        }
    }

    private static IEnumerable<string[]> Rows(string table) =>
        File.Exists(table)
            ? File.ReadLines(table).Skip(1).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : [];

    private static long InodeOf(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget is { } link && link.StartsWith(SocketLink, StringComparison.Ordinal)
                ? ToInode(link[SocketLink.Length..^1])
                : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Closed since the directory was read.
            return 0;
        }
    }

    private static long ToInode(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long inode) ? inode : 0;
}
