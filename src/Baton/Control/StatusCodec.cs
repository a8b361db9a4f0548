using System.Text.Json;
using Baton.Handover;

namespace Baton.Control;

/// <summary>Converts status and records to JSON and back.</summary>
internal static class StatusCodec
{
    internal static void Write(Utf8JsonWriter json, RestartStatus status, JsonSize size)
    {
        size.WriteText(json, "name", status.Name);
        json.WriteNumber("pid", status.Pid);
        json.WriteNumber("generation", status.Generation);
        json.WriteString("state", status.State.ToString());
        size.WriteText(json, "version", status.Version);
        size.WriteText(json, "program", status.Program);
        json.WriteTime("startedAt", status.StartedAt);
        json.WriteNumber("predecessorPid", status.PredecessorPid);
        json.WriteNumber("successorPid", status.SuccessorPid);
        WriteProgress(json, status.Restart, size);
        size.WriteItems(json, "listeners", status.Listeners, l => json.WriteStringValue(size.Cut(l)));
        size.WriteItems(json, "generations", status.Generations, g =>
        {
            json.WriteStartObject();
            GenerationStatusCodec.Write(json, g, size.LongestText);
            json.WriteEndObject();
        });
        size.WriteItems(json, "lastRestarts", status.LastRestarts, r => RestartRecordCodec.Write(json, r, size));
        json.WriteSpan("probationEndsMs", status.ProbationEnds);
        json.WriteNumber("nameHeldBy", status.NameHeldBy);
    }

    internal static RestartStatus Read(JsonElement body) => new(
        body.Number("pid"),
        body.Number("generation"),
        State(body, "state"),
        body.Optional("predecessorPid")?.GetInt32(),
        body.Optional("successorPid")?.GetInt32(),
        [.. body.Items("listeners").Select(l => PeerText.Text(l.GetString() ?? ""))],
        [.. body.Items("generations").Select(GenerationStatusCodec.Read)],
        [.. body.Items("lastRestarts").Select(RestartRecordCodec.Read)])
    {
        Name = body.OptionalText("name") ?? "",
        Version = body.OptionalText("version") ?? "",
        Program = body.OptionalText("program") ?? "",
        StartedAt = body.OptionalTime("startedAt"),
        Restart = body.Optional("restart") is { } restart ? ReadProgress(restart) : null,
        ProbationEnds = body.OptionalSpan("probationEndsMs"),
        NameHeldBy = body.Optional("nameHeldBy")?.GetInt32(),
    };

    internal static void WriteOptionalRecord(Utf8JsonWriter json, string name, RestartRecord? record, JsonSize size)
    {
        json.WritePropertyName(name);
        if (record is null)
        {
            json.WriteNullValue();
        }
        else
        {
            RestartRecordCodec.Write(json, record, size);
        }
    }

    // A state of a newer version must not hide the rest.
    internal static ProcessState State(JsonElement body, string name) => body.Name(name, ProcessState.Starting);

    private static void WriteProgress(Utf8JsonWriter json, RestartProgress? restart, JsonSize size)
    {
        if (restart is null)
        {
            json.WriteNull("restart");
            return;
        }

        json.WriteStartObject("restart");
        size.WriteText(json, "trigger", restart.Trigger);
        size.WriteText(json, "phase", restart.Phase);
        size.WriteText(json, "detail", restart.Detail);
        json.WriteSpan("elapsedMs", restart.Elapsed);
        RestartRecordCodec.WritePhases(json, restart.Phases, size);
        json.WriteEndObject();
    }

    // An older service does not send them.
    private static RestartProgress ReadProgress(JsonElement restart) =>
        new(restart.Text("trigger"), restart.Text("phase"), restart.OptionalText("detail") ?? "", restart.Span("elapsedMs"))
        {
            Phases = restart.Optional("phases") is null ? [] : RestartRecordCodec.ReadPhases(restart),
        };
}
