using System.Text.Json;

namespace Baton.Handover;

/// <summary>
/// The limits for long texts and lists in one message: an application's text has no limit, a message has. A message that is too
/// long is written again with the next size; the last one always fits.
/// </summary>
internal sealed record JsonSize(int LongestText, int MostItems)
{
    internal static readonly IReadOnlyList<JsonSize> Descending = [new(8192, 1000), new(512, 100), new(64, 20)];

    // Truncated, to keep the message under its limit.
    internal string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "…");

    internal void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, Cut(text));
        }
    }

    internal void WriteItems<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items.Take(MostItems))
        {
            write(item);
        }

        json.WriteEndArray();
    }
}
