using System.Globalization;

namespace Baton.AspNetCore.Admin;

/// <summary>
/// Whether the address of a request has its plain spelling. Servers and proxies decode paths and remove dot segments in different
/// ways, so a proxy's rule for the plain path would miss other spellings.
/// </summary>
internal static class AdminSpelling
{
    private const int EscapeLength = 3;

    /// <summary>
    /// Whether the path of a request target has no dot segment, and escapes only characters beyond ASCII, which have no plain
    /// form.
    /// </summary>
    internal static bool IsPlain(string target)
    {
        string path = target.Split('?')[0];
        return !path.Split('/').Any(segment => segment is "." or "..") && EscapesAreNeeded(path);
    }

    private static bool EscapesAreNeeded(string path)
    {
        for (int at = path.IndexOf('%', StringComparison.Ordinal); at >= 0; at = path.IndexOf('%', at + 1))
        {
            if (at + EscapeLength > path.Length
                || !byte.TryParse(
                    path.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
                || value < 0x80)
            {
                return false;
            }
        }

        return true;
    }
}
