using System.Text.Json;

namespace Baton.Handover;

/// <summary>Lists of keys of resources in messages.</summary>
internal static class KeyLists
{
    internal static void WriteKeys(Utf8JsonWriter json, string name, IReadOnlyList<string> keys)
    {
        json.WriteStartArray(name);
        foreach (string key in keys)
        {
            json.WriteStringValue(key);
        }

        json.WriteEndArray();
    }

    internal static void WriteKeysIfAny(Utf8JsonWriter json, string name, IReadOnlyList<string> keys)
    {
        if (keys.Count > 0)
        {
            WriteKeys(json, name, keys);
        }
    }

    internal static string[] KeysIfAny(JsonElement body, string name) => body.Optional(name) is null ? [] : Keys(body, name);

    internal static string[] Keys(JsonElement body, string name) => [.. body.GetProperty(name).EnumerateArray()
        .Select(value => PeerText.Key(value.GetString() ?? throw new JsonException("A key is null.")))];
}
