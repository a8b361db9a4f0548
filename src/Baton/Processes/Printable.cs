using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Baton.Processes;

/// <summary>Makes text from outside safe for a log line and a terminal. It stays readable.</summary>
internal static partial class Printable
{
    /// <summary>
    /// One line: control characters, line ends and marks that reorder text become <c>\u001B</c> and the like. Cut to a length.
    /// </summary>
    internal static string Line(string text, int maxLength = 1024)
    {
        var line = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (line.Length >= maxLength)
            {
                return line.Append('…').ToString();
            }

            _ = ActsOnTheReader(rune)
                ? line.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}")
                : line.Append(rune.ToString());
        }

        return line.ToString();
    }

    /// <summary>
    /// Joins lines to one: line ends and tabs become spaces, terminal sequences are removed, the rest as in <see cref="Line"/>.
    /// </summary>
    internal static string Sentence(string text, int maxLength) =>
        Line(TerminalSequence().Replace(text, "").ReplaceLineEndings(" ").Replace('\t', ' '), maxLength);

    /// <summary>The lines that are not blank, separated by line feeds. Terminal sequences are removed.</summary>
    internal static string Lines(string text)
    {
        IEnumerable<string> lines = TerminalSequence()
            .Replace(text, "")
            .Replace('\t', ' ')
            .Split('\r', '\n')
            .Select(l => l.TrimEnd());
        return string.Join('\n', lines.Where(l => l.Length > 0).Select(l => Line(l, int.MaxValue)));
    }

    // ECMA-48: escape, "[", parameters, and a final letter.
    [GeneratedRegex(@"\x1B\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex TerminalSequence();

    private static bool ActsOnTheReader(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator;
}
