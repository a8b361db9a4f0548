using System.Text.Json;

namespace Baton.Handover;

/// <summary>Converts the report of a generation to JSON and back.</summary>
internal static class GenerationStatusCodec
{
    // Far more than there are.
    private const int MostKinds = 20;

    /// <param name="json">The writer, inside an object.</param>
    /// <param name="status">The report.</param>
    /// <param name="longestText">The limit for paths.</param>
    internal static void Write(Utf8JsonWriter json, GenerationStatus status, int longestText = int.MaxValue)
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
            json.WriteString("path", request.Path.AsSpan(0, Math.Min(request.Path.Length, longestText)));
            json.WriteSpan("ageMs", request.Age);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteOptional(json, status);
    }

    /// <summary>Writes a report as a field, if there is one.</summary>
    internal static void WriteOptional(Utf8JsonWriter json, string field, GenerationStatus? status, int longestText)
    {
        if (status is not null)
        {
            json.WriteStartObject(field);
            Write(json, status, longestText);
            json.WriteEndObject();
        }
    }

    internal static GenerationStatus? ReadOptional(JsonElement body, string field) =>
        body.Optional(field) is { } status ? Read(status) : null;

    internal static GenerationStatus Read(JsonElement body)
    {
        // A state of a newer version must not break the channel.
        ProcessState state = body.Name("state", ProcessState.Starting);
        var connections = new Dictionary<string, int>();
        foreach (JsonProperty kind in body.GetProperty("connections").EnumerateObject())
        {
            if (connections.Count < MostKinds)
            {
                connections[PeerText.Name(kind.Name)] = kind.Value.GetInt32();
            }
        }

        OpenRequest[] requests = [.. body.Items("requests").Select(ReadRequest)];
        return new GenerationStatus
        {
            Pid = body.Number("pid"),
            Generation = body.Number("generation"),
            State = state,
            Connections = connections,
            RequestCount = body.Number("requestCount"),
            Requests = requests,
            Version = body.OptionalText("version") ?? "",
            StartedAt = body.OptionalTime("startedAt"),
            DrainLimit = body.OptionalSpan("drainLimitMs"),
            DrainedAt = body.OptionalTime("drainedAt"),
            LongLived = ReadLongLived(body),
        };
    }

    // Fields that an older version does not send.
    private static void WriteOptional(Utf8JsonWriter json, GenerationStatus status)
    {
        if (status.LongLived.Count > 0)
        {
            WriteLongLived(json, status);
        }

        if (status.Version.Length > 0)
        {
            json.WriteString("version", status.Version);
        }

        if (status.StartedAt is { } startedAt)
        {
            json.WriteTime("startedAt", startedAt);
        }

        if (status.DrainLimit is { } left)
        {
            json.WriteSpan("drainLimitMs", left);
        }

        if (status.DrainedAt is { } drainedAt)
        {
            json.WriteTime("drainedAt", drainedAt);
        }
    }

    private static void WriteLongLived(Utf8JsonWriter json, GenerationStatus status)
    {
        json.WriteStartObject("longLived");
        foreach ((string kind, LongLivedCount count) in status.LongLived)
        {
            json.WriteStartObject(kind);
            json.WriteNumber("open", count.Open);
            json.WriteNumber("told", count.Told);
            json.WriteNumber("closed", count.Closed);
            json.WriteNumber("cut", count.Cut);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static Dictionary<string, LongLivedCount> ReadLongLived(JsonElement body)
    {
        var kinds = new Dictionary<string, LongLivedCount>();
        if (body.TryGetProperty("longLived", out JsonElement longLived))
        {
            foreach (JsonProperty kind in longLived.EnumerateObject().Take(MostKinds))
            {
                kinds[PeerText.Name(kind.Name)] = new LongLivedCount
                {
                    Open = kind.Value.Number("open"),
                    Told = kind.Value.Number("told"),
                    Closed = kind.Value.Number("closed"),
                    Cut = kind.Value.Number("cut"),
                };
            }
        }

        return kinds;
    }

    private static OpenRequest ReadRequest(JsonElement request) =>
        new() { Path = PeerText.Text(request.GetProperty("path").GetString() ?? ""), Age = request.Span("ageMs") };
}
