using System.Globalization;
using System.Text;
using Baton.Resources;

namespace Baton.Systemd;

/// <summary>
/// The name of a listener in systemd's store: its key, escaped for FDNAME (sd_pid_notify_with_fds(3)), which allows at most 255
/// printable ASCII characters without the colon. Other characters and the percent sign become <c>%3A</c> and the like.
/// </summary>
internal static class FdName
{
    private const string Prefix = "baton-";
    private const int MaxLength = 255;

    /// <returns>Null if the name is too long.</returns>
    internal static string? Of(ResourceKey key)
    {
        var name = new StringBuilder(Prefix);
        foreach (byte b in Encoding.UTF8.GetBytes(key.ToString()))
        {
            _ = b is > (byte)' ' and < 127 and not (byte)':' and not (byte)'%'
                ? name.Append((char)b)
                : name.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return name.Length <= MaxLength ? name.ToString() : null;
    }

    /// <returns>Null for a name that is not ours.</returns>
    internal static ResourceKey? KeyOf(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var bytes = new List<byte>();
        for (int i = Prefix.Length; i < name.Length; i++)
        {
            if (name[i] != '%')
            {
                bytes.Add((byte)name[i]);
            }
            else if (i + 2 < name.Length
                && byte.TryParse(
                    name.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte escaped))
            {
                bytes.Add(escaped);
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return ResourceKey.Parse(Encoding.UTF8.GetString([.. bytes]));
    }
}
