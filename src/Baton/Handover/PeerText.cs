using System.Text.Json;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>
/// Texts of another process: every message reads them cut, and safe for logs, terminals and pages. Paths and keys that are
/// compared or opened are never cut; too long ones are refused.
/// </summary>
internal static class PeerText
{
    /// <summary>The limit for phases and details, triggers, programs, versions and names.</summary>
    internal const int LongestName = 256;

    /// <summary>The limit for reasons, explanations and paths of requests.</summary>
    internal const int LongestText = 4096;

    /// <summary>The limit for a listener's key; a path has at most 4,096 bytes (limits.h, PATH_MAX).</summary>
    internal const int LongestKey = 5000;

    /// <summary>The limit for lists for people: open requests, phases, kinds of connections.</summary>
    internal const int MostItems = 1000;

    /// <summary>One short line.</summary>
    internal static string Name(string text) => Line(text, LongestName);

    /// <summary>One line.</summary>
    internal static string Text(string text) => Line(text, LongestText);

    /// <summary>One or several lines.</summary>
    internal static string Lines(string text) => Cut(Printable.Lines(Cut(text, LongestText)), LongestText);

    /// <exception cref="JsonException">It is too long for a key.</exception>
    internal static string Key(string text) =>
        text.Length <= LongestKey
            ? text
            : throw new JsonException($"A key of {text.Length} characters is beyond the limit of {LongestKey}.");

    // Cut first, to save work on long texts.
    private static string Line(string text, int longest) => Printable.Sentence(Cut(text, longest), longest);

    private static string Cut(string text, int longest) =>
        text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest), "…");
}
