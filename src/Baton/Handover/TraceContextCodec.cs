using System.Diagnostics;
using System.Text.Json;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>Converts a place in a trace to two optional fields and back.</summary>
internal static class TraceContextCodec
{
    internal static void Write(Utf8JsonWriter json, ActivityContext trace)
    {
        if (trace != default)
        {
            json.WriteString("traceparent", TraceContext.ToText(trace));
            if (trace.TraceState is { Length: > 0 and <= TraceContext.LongestState } state)
            {
                json.WriteString("tracestate", state);
            }
        }
    }

    internal static ActivityContext Read(JsonElement body) =>
        TraceContext.Parse(
            Text(body, "traceparent"),
            Text(body, "tracestate") is { Length: <= TraceContext.LongestState } state ? state : null);

    private static string? Text(JsonElement body, string name)
    {
        try
        {
            bool isText = body.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String;
            return isText ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a character: the restart goes on without its trace.
            return null;
        }
    }
}
