using System.Globalization;
using System.Net;

namespace Baton.Interop;

/// <summary>
/// As <see cref="SockDiag"/>, but from /proc/net/tcp and tcp6 (proc(5)), where netlink is not available. Reads all sockets.
/// </summary>
internal static class ProcNetTcp
{
    private const int StateColumn = 3;
    private const int UserColumn = 7;
    private const int InodeColumn = 9;

    /// <summary>The socket with these two addresses.</summary>
    /// <returns>Null if there is none, or the files cannot be read.</returns>
    internal static TcpEnd? Find(IPEndPoint local, IPEndPoint remote) => Find(Lines(), local, remote);

    /// <summary>The same, in lines of these files.</summary>
    internal static TcpEnd? Find(IEnumerable<string> lines, IPEndPoint local, IPEndPoint remote)
    {
        string[] wanted = [.. Columns(TcpEnd.Plain(local)).Zip(Columns(TcpEnd.Plain(remote)), (l, r) => $" {l} {r} ")];
        return lines.FirstOrDefault(line => wanted.Any(w => line.Contains(w, StringComparison.Ordinal))) is { } found
            ? Parse(found)
            : null;
    }

    private static TcpEnd Parse(string line)
    {
        string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new TcpEnd(
            int.Parse(columns[StateColumn], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            uint.Parse(columns[UserColumn], CultureInfo.InvariantCulture),
            ulong.Parse(columns[InodeColumn], CultureInfo.InvariantCulture));
    }

    private static IEnumerable<string> Lines()
    {
        foreach (string file in (string[])["/proc/self/net/tcp", "/proc/self/net/tcp6"])
        {
            IEnumerable<string> lines;
            try
            {
                lines = File.ReadLines(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // No IPv6, or a restricted /proc. The caller treats that as no socket.
                continue;
            }

            foreach (string line in lines)
            {
                yield return line;
            }
        }
    }

    // 32-bit words in this machine's byte order, then the port. An IPv4 address also appears in its IPv6 form.
    private static IEnumerable<string> Columns(IPEndPoint endPoint)
    {
        string port = endPoint.Port.ToString("X4", CultureInfo.InvariantCulture);
        return ((IPAddress[])[endPoint.Address, endPoint.Address.MapToIPv6()]).Select(address => $"{Words(address)}:{port}");
    }

    private static string Words(IPAddress address) =>
        string.Concat(
            address.GetAddressBytes()
                .Chunk(sizeof(uint))
                .Select(word => BitConverter.ToUInt32(word).ToString("X8", CultureInfo.InvariantCulture)));
}
