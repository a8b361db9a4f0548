using System.Text.Json;

namespace Baton.Handover;

/// <summary>What became of a restart, to JSON and back: for a successor, and for whoever asks for the status.</summary>
internal static class RestartRecordCodec
{
    // A reason that a newer version knows must not be taken for none.
    private const RestartFailure UnknownFailure = (RestartFailure)(-1);

    internal static void Write(Utf8JsonWriter json, RestartRecord record, JsonSize size)
    {
        json.WriteStartObject();
        json.WriteTime("askedAt", record.AskedAt);
        size.WriteText(json, "trigger", record.Trigger);
        size.WriteText(json, "program", record.Program);
        json.WriteNumber("generation", record.Generation);
        json.WriteNumber("successorPid", record.SuccessorPid);
        size.WriteText(json, "failure", record.Failure?.ToString());
        size.WriteText(json, "explanation", record.Explanation);
        json.WriteSpan("durationMs", record.Duration);
        WritePhases(json, record.Phases, size);

        // What an older version does not say.
        if (record.Drained is { } drained)
        {
            json.WriteSpan("drainedMs", drained);
        }

        if (record.Gone is { } gone)
        {
            json.WriteSpan("goneMs", gone);
        }

        json.WriteEndObject();
    }

    internal static RestartRecord Read(JsonElement body) => new(
        body.OptionalTime("askedAt") ?? default,
        body.Text("trigger"),
        body.Text("program"),
        body.Number("generation"),
        body.Optional("successorPid")?.GetInt32(),
        body.OptionalText("failure") is { } failure ? JsonFields.ToName(failure, UnknownFailure) : null,
        body.OptionalLines("explanation") ?? "",
        body.Span("durationMs"),
        ReadPhases(body))
    {
        Drained = body.OptionalSpan("drainedMs"),
        Gone = body.OptionalSpan("goneMs"),
    };

    internal static void WritePhases(Utf8JsonWriter json, IReadOnlyList<RestartPhase> phases, JsonSize size) =>
        size.WriteItems(json, "phases", phases, phase =>
        {
            json.WriteStartObject();
            size.WriteText(json, "name", phase.Name);
            size.WriteText(json, "detail", phase.Detail);
            json.WriteSpan("durationMs", phase.Duration);
            json.WriteEndObject();
        });

    internal static IReadOnlyList<RestartPhase> ReadPhases(JsonElement body) =>
        [.. body.Items("phases").Select(p => new RestartPhase(p.Text("name"), p.OptionalText("detail") ?? "", p.Span("durationMs")))];
}
