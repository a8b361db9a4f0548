using System.Text.Json;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>
/// Texts of another process, as every message reads them: cut, and made harmless for logs, terminals and pages. Whoever gets a
/// message need not think of that. Paths and keys that are compared or opened are cut nowhere; they are refused if they are too
/// long.
/// </summary>
internal static class PeerText
{
    /// <summary>Of phases and their details, triggers, programs, versions and names.</summary>
    internal const int LongestName = 256;

    /// <summary>Of reasons, explanations and the paths of requests.</summary>
    internal const int LongestText = 4096;

    /// <summary>Of the key of a listener; a path has at most 4,096 bytes (limits.h, PATH_MAX).</summary>
    internal const int LongestKey = 5000;

    /// <summary>Items of a list for people: open requests, phases, kinds of connections.</summary>
    internal const int MostItems = 1000;

    /// <summary>One line of a few words.</summary>
    internal static string Name(string text) => Line(text, LongestName);

    /// <summary>One line.</summary>
    internal static string Text(string text) => Line(text, LongestText);

    /// <summary>One or several lines.</summary>
    internal static string Lines(string text) => Cut(Printable.Lines(Cut(text, LongestText)), LongestText);

    /// <exception cref="JsonException">It is longer than any key.</exception>
    internal static string Key(string text) =>
        text.Length <= LongestKey
            ? text
            : throw new JsonException($"A key of {text.Length} characters is beyond the limit of {LongestKey}.");

    // Cut first: what is long is not worth looking at.
    private static string Line(string text, int longest) => Printable.Sentence(Cut(text, longest), longest);

    private static string Cut(string text, int longest) =>
        text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest), "…");
}
