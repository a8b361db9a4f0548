using System.Text.Json;
using Baton.Resources;

namespace Baton.Handover;

/// <summary>What is said of items of state, to an optional field of a message and back.</summary>
internal static class StateRowCodec
{
    internal static void Write(Utf8JsonWriter json, IReadOnlyList<StateRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        json.WriteStartArray("state");
        foreach (StateRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Name);
            json.WriteNumber("version", row.Version);
            json.WriteNumber("length", row.Length);
            json.WriteString("sha256", row.Hash);
            if (row.IsWantedBack)
            {
                json.WriteBoolean("back", value: true);
            }

            if (row.Data is { } data)
            {
                json.WriteBase64String("data", data);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static IReadOnlyList<StateRow> Read(JsonElement body) => body.Optional("state") is { } rows
        ? [.. rows.EnumerateArray().Take(StateStore.MostItems).Select(ReadRow)]
        : [];

    private static StateRow ReadRow(JsonElement row) =>
        new(row.Name("name"), row.Number("version"), Length(row), row.Name("sha256"))
        {
            IsWantedBack = row.Flag("back", otherwise: false),
            Data = row.Optional("data")?.GetBytesFromBase64(),
        };

    private static long Length(JsonElement row) =>
        row.GetProperty("length").GetInt64() is >= 0 and long length ? length : throw new JsonException("length is negative.");
}
