using System.Collections;
using System.Text;
using Baton.Interop;

namespace Baton.Processes;

/// <summary>
/// The environment of this process for a successor: the current variables, in the bytes of the start. .NET reads variables as
/// UTF-8 and would replace other bytes.
/// </summary>
internal static class StartEnvironment
{
    /// <summary>Reads the environment of the running process; texts as of <see cref="ByteText"/>.</summary>
    internal static Dictionary<string, string> Capture() => Merge(Original(), Now());

    /// <param name="original">The environment block of the start: entries that end with a zero.</param>
    /// <param name="now">The variables as .NET reports them.</param>
    internal static Dictionary<string, string> Merge(ReadOnlySpan<byte> original, IReadOnlyDictionary<string, string> now)
    {
        var variables = new Dictionary<string, string>(now, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Range range in original.Split((byte)0))
        {
            ReadOnlySpan<byte> entry = original[range];
            int equals = entry.IndexOf((byte)'=');
            if (equals <= 0)
            {
                continue;
            }

            string name = Encoding.UTF8.GetString(entry[..equals]), value = Encoding.UTF8.GetString(entry[(equals + 1)..]);
            bool first = seen.Add(name);
            if (!now.TryGetValue(name, out string? current))
            {
                // Removed since the start.
                continue;
            }

            string exactName = ByteText.Decode(entry[..equals]);
            if (exactName != name && first)
            {
                variables.Remove(name);
                variables[exactName] = current;
            }

            // .NET shows only the first of several with one name. Variables whose names differ in bytes are passed on unchanged.
            if (first ? current == value : exactName != name)
            {
                variables[exactName] = ByteText.Decode(entry[(equals + 1)..]);
            }
        }

        return variables;
    }

    private static Dictionary<string, string> Now()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return variables;
    }

    private static byte[] Original()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllBytes("/proc/self/environ") : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not readable after a change of user: then .NET's values are used.
            return [];
        }
    }
}
