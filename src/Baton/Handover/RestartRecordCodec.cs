using System.Text.Json;

namespace Baton.Handover;

/// <summary>Converts the record of a restart to JSON and back: for a successor and for the status.</summary>
internal static class RestartRecordCodec
{
    // A failure of a newer version must not become a success.
    private const RestartFailure UnknownFailure = (RestartFailure)(-1);

    private const RestartStrategy UnknownStrategy = (RestartStrategy)(-1);

    internal static void Write(Utf8JsonWriter json, RestartRecord record, JsonSize size)
    {
        json.WriteStartObject();
        json.WriteTime("askedAt", record.AskedAt);
        size.WriteText(json, "trigger", record.Trigger.Description);
        TypedTexts.Write(json, record.Trigger);
        size.WriteText(json, "program", record.Program);
        json.WriteNumber("generation", record.Generation);
        json.WriteNumber("successorPid", record.SuccessorPid);
        size.WriteText(json, "failure", record.Failure?.ToString());
        size.WriteText(json, "explanation", record.Explanation);
        json.WriteSpan("durationMs", record.Duration);
        WritePhases(json, record.Phases, size);

        // Fields that an older version does not send.
        if (record.Strategy is { } strategy)
        {
            json.WriteString("strategy", strategy.ToString());
        }

        WriteIfKnown(json, "servedMs", record.ServedAfter);
        WriteIfKnown(json, "drainedMs", record.DrainedAfter);
        WriteIfKnown(json, "goneMs", record.GoneAfter);

        json.WriteEndObject();
    }

    internal static RestartRecord Read(JsonElement body) => new()
    {
        AskedAt = body.OptionalTime("askedAt") ?? default,
        Trigger = TypedTexts.Read(body, body.Text("trigger")),
        Program = body.Text("program"),
        Generation = body.Number("generation"),
        SuccessorPid = body.Optional("successorPid")?.GetInt32(),
        Strategy = body.OptionalText("strategy") is { } strategy ? ReadStrategy(strategy) : null,
        Failure = body.OptionalText("failure") is { } failure ? JsonFields.ToName(failure, UnknownFailure) : null,
        Explanation = body.OptionalLines("explanation") ?? "",
        Duration = body.Span("durationMs"),
        ServedAfter = body.OptionalSpan("servedMs"),
        DrainedAfter = body.OptionalSpan("drainedMs"),
        GoneAfter = body.OptionalSpan("goneMs"),
        Phases = ReadPhases(body),
    };

    internal static void WritePhases(Utf8JsonWriter json, IReadOnlyList<RestartPhase> phases, JsonSize size) =>
        size.WriteItems(json, "phases", phases, phase =>
        {
            json.WriteStartObject();
            size.WriteText(json, "name", phase.Name);
            size.WriteText(json, "detail", phase.Detail);
            json.WriteSpan("durationMs", phase.Duration);
            TypedTexts.Write(json, phase.Kind);
            json.WriteEndObject();
        });

    internal static IReadOnlyList<RestartPhase> ReadPhases(JsonElement body) => [.. body.Items("phases").Select(ReadPhase)];

    private static RestartPhase ReadPhase(JsonElement phase) =>
        new PhaseName(TypedTexts.ReadPhaseKind(phase), phase.Text("name"))
            .With(phase.OptionalText("detail") ?? "", phase.Span("durationMs"));

    private static RestartStrategy? ReadStrategy(string name) =>
        JsonFields.ToName(name, UnknownStrategy) is var known && known != UnknownStrategy ? known : null;

    private static void WriteIfKnown(Utf8JsonWriter json, string name, TimeSpan? span)
    {
        if (span is not null)
        {
            json.WriteSpan(name, span);
        }
    }
}
