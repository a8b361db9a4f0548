using System.Text.Json;

namespace Baton.Handover;

/// <summary>What a generation says of itself, to JSON and back.</summary>
internal static class GenerationStatusCodec
{
    internal static void Write(Utf8JsonWriter json, GenerationStatus status)
    {
        json.WriteNumber("pid", status.Pid);
        json.WriteNumber("generation", status.Generation);
        json.WriteString("state", status.State.ToString());
        json.WriteStartObject("connections");
        foreach ((string kind, int count) in status.Connections)
        {
            json.WriteNumber(kind, count);
        }

        json.WriteEndObject();
        json.WriteNumber("requestCount", status.RequestCount);
        json.WriteStartArray("requests");
        foreach (OpenRequest request in status.Requests)
        {
            json.WriteStartObject();
            json.WriteString("path", request.Path);
            json.WriteNumber("ageMs", (uint)Math.Clamp(request.Age.TotalMilliseconds, 0, uint.MaxValue));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static GenerationStatus Read(JsonElement body)
    {
        // A state of a newer version is no reason to break the channel.
        string? name = body.GetProperty("state").GetString();
        ProcessState state = Enum.GetValues<ProcessState>().FirstOrDefault(s => s.ToString() == name);
        var connections = new Dictionary<string, int>();
        foreach (JsonProperty kind in body.GetProperty("connections").EnumerateObject())
        {
            connections[kind.Name] = kind.Value.GetInt32();
        }

        OpenRequest[] requests = [.. body.GetProperty("requests").EnumerateArray().Select(ReadRequest)];
        return new GenerationStatus(
            body.GetProperty("pid").GetInt32(), body.GetProperty("generation").GetInt32(), state, connections, body.GetProperty("requestCount").GetInt32(), requests);
    }

    private static OpenRequest ReadRequest(JsonElement request) =>
        new(request.GetProperty("path").GetString() ?? "", TimeSpan.FromMilliseconds(request.GetProperty("ageMs").GetUInt32()));
}
