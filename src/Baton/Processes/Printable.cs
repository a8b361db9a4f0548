using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Baton.Processes;

/// <summary>
/// Words of others made harmless for a log line and a terminal: what they name stays readable, what they would do does not
/// happen.
/// </summary>
internal static partial class Printable
{
    /// <summary>
    /// One line: control characters, line ends and marks that reorder text are shown as <c>\u001B</c>; the rest is cut off.
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
    /// One line of what may have been several: line ends and tabs are spaces, colours and other terminal sequences are left out,
    /// the rest as in <see cref="Line"/>.
    /// </summary>
    internal static string Sentence(string text, int maxLength) =>
        Line(TerminalSequence().Replace(text, "").ReplaceLineEndings(" ").Replace('\t', ' '), maxLength);

    /// <summary>
    /// The lines that are not blank, separated by line feeds. Colours and other terminal sequences are left out: they say
    /// nothing.
    /// </summary>
    internal static string Lines(string text)
    {
        IEnumerable<string> lines = TerminalSequence()
            .Replace(text, "")
            .Replace('\t', ' ')
            .Split('\r', '\n')
            .Select(l => l.TrimEnd());
        return string.Join('\n', lines.Where(l => l.Length > 0).Select(l => Line(l, int.MaxValue)));
    }

    // ECMA-48: the escape, "[", parameters, and the letter that ends it.
    [GeneratedRegex(@"\x1B\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex TerminalSequence();

    private static bool ActsOnTheReader(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator;
}
