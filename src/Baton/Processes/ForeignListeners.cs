using System.Globalization;
using System.Net;

namespace Baton.Processes;

/// <summary>
/// The TCP addresses that another process listens on and this one does not: its listeners that were not handed over.
/// </summary>
internal static class ForeignListeners
{
    private const string Listening = "0A";
    private const int LocalAddress = 1, State = 3, Inode = 9;

    /// <summary>Empty if the kernel does not tell.</summary>
    internal static IReadOnlyList<IPEndPoint> Of(int pid)
    {
        HashSet<string> theirs = Sockets($"/proc/{pid}/fd");
        theirs.ExceptWith(Sockets("/proc/self/fd"));
        return theirs.Count == 0
            ? []
            : [.. Table("tcp").Concat(Table("tcp6")).Where(l => theirs.Contains(l.Inode)).Select(l => l.Address).Distinct()];
    }

    /// <summary>
    /// An address in <c>/proc/net/tcp</c>: 4-byte words in this machine's byte order, a colon, the port; all hexadecimal.
    /// </summary>
    internal static IPEndPoint Parse(string text)
    {
        string[] parts = text.Split(':');
        byte[] address = new byte[parts[0].Length / 2];
        for (int i = 0; i < address.Length; i += sizeof(uint))
        {
            BitConverter.GetBytes(uint.Parse(parts[0].AsSpan(i * 2, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture))
                .CopyTo(address, i);
        }

        return new IPEndPoint(new IPAddress(address), int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private static IEnumerable<(IPEndPoint Address, string Inode)> Table(string protocol) =>
        Lines($"/proc/self/net/{protocol}")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > Inode && fields[State] == Listening)
            .Select(fields => (Parse(fields[LocalAddress]), fields[Inode]));

    private static HashSet<string> Sockets(string directory)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(directory)
                    .Select(Target)
                    .Where(t => t.StartsWith("socket:[", StringComparison.Ordinal))
                    .Select(t => t[8..^1]),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to another user: nothing is known.
            return [];
        }
    }

    // A descriptor may be closed at any moment.
    private static string Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file is missing where IPv6 is turned off.
            return [];
        }
    }
}
