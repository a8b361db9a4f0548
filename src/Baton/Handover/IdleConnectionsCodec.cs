using System.Text.Json;

namespace Baton.Handover;

/// <summary>The fields of <see cref="HandoverMessage.IdleConnections"/>.</summary>
internal static class IdleConnectionsCodec
{
    internal static void Write(Utf8JsonWriter json, HandoverMessage.IdleConnections m, JsonSize size)
    {
        KeyLists.WriteKeys(json, "keys", m.Keys);
        json.WriteStartArray("inputs");
        foreach (byte[] input in m.Inputs)
        {
            json.WriteBase64StringValue(input);
        }

        json.WriteEndArray();
    }

    internal static HandoverMessage.IdleConnections Read(JsonElement body) => new(
        KeyLists.Keys(body, "keys"),
        [.. body.GetProperty("inputs").EnumerateArray().Select(value => value.GetBytesFromBase64())]);
}
