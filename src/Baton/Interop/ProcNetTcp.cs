using System.Globalization;
using System.Net;

namespace Baton.Interop;

/// <summary>
/// The same as <see cref="SockDiag"/> from /proc/net/tcp and tcp6, see proc(5), for where netlink is not to be had. Reads all
/// sockets.
/// </summary>
internal static class ProcNetTcp
{
    private const int StateColumn = 3;
    private const int UserColumn = 7;
    private const int InodeColumn = 9;

    /// <summary>The socket that is bound to one address and connected to the other.</summary>
    /// <returns>Null if there is none, or the files can't be read.</returns>
    internal static TcpEnd? Find(IPEndPoint local, IPEndPoint remote) => Find(Lines(), local, remote);

    /// <summary>The same in lines of these files.</summary>
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
                // No IPv6, or a /proc with processes alone: whoever asks takes that for a socket that is not there.
                continue;
            }

            foreach (string line in lines)
            {
                yield return line;
            }
        }
    }

    // Words of 32 bits as this machine has them, then the port; an IPv4 address also as sockets for IPv6 have it.
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
