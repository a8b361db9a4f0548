using System.Text.Json;

namespace Baton.Handover;

/// <summary>
/// Reads fields of a message. A missing field or a wrong type throws an exception that the codecs expect; optional fields may be
/// missing or null. Texts come from another process: see <see cref="PeerText"/>.
/// </summary>
internal static class JsonFields
{
    internal static int Number(this JsonElement body, string name) => body.GetProperty(name).GetInt32();

    internal static string Text(this JsonElement body, string name) =>
        PeerText.Text(body.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null."));

    /// <summary>A short text.</summary>
    internal static string Name(this JsonElement body, string name) =>
        PeerText.Name(body.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null."));

    internal static string? OptionalText(this JsonElement body, string name) =>
        Optional(body, name)?.GetString() is { } text ? PeerText.Text(text) : null;

    /// <summary>A text of several lines.</summary>
    internal static string? OptionalLines(this JsonElement body, string name) =>
        Optional(body, name)?.GetString() is { } text ? PeerText.Lines(text) : null;

    /// <summary>A text that must arrive unchanged: a path to open.</summary>
    internal static string? OptionalPath(this JsonElement body, string name) =>
        Optional(body, name)?.GetString() is { } text ? PeerText.Key(text) : null;

    internal static bool Flag(this JsonElement body, string name, bool otherwise) =>
        Optional(body, name)?.GetBoolean() ?? otherwise;

    internal static TimeSpan Span(this JsonElement body, string name) => ToSpan(body.GetProperty(name));

    internal static TimeSpan? OptionalSpan(this JsonElement body, string name) =>
        Optional(body, name) is { } value ? ToSpan(value) : null;

    internal static DateTimeOffset? OptionalTime(this JsonElement body, string name) => Optional(body, name)?.GetDateTimeOffset();

    internal static JsonElement? Optional(this JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>An unknown name gets the given value.</summary>
    internal static TEnum Name<TEnum>(this JsonElement body, string name, TEnum unknown)
        where TEnum : struct, Enum => ToName(body.Text(name), unknown);

    // By hand: the framework's parser also takes numbers and lists of names.
    internal static TEnum ToName<TEnum>(string text, TEnum unknown)
        where TEnum : struct, Enum
    {
        int at = Array.IndexOf(Enum.GetNames<TEnum>(), text);
        return at < 0 ? unknown : Enum.GetValues<TEnum>()[at];
    }

    internal static IEnumerable<JsonElement> Items(this JsonElement body, string name) =>
        body.GetProperty(name).EnumerateArray().Take(PeerText.MostItems);

    internal static long Milliseconds(TimeSpan span) => (long)Math.Clamp(Math.Round(span.TotalMilliseconds), 0, uint.MaxValue);

    private static TimeSpan ToSpan(JsonElement value)
    {
        long milliseconds = value.GetInt64();
        return milliseconds is >= 0 and <= uint.MaxValue
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new JsonException($"{milliseconds} is no number of milliseconds.");
    }

    internal static void WriteSpan(this Utf8JsonWriter json, string name, TimeSpan? span)
    {
        if (span is { } value)
        {
            json.WriteNumber(name, Milliseconds(value));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    internal static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteString(name, value.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    internal static void WriteNumber(this Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
