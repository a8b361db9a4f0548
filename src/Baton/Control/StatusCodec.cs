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
        GenerationStatusCodec.WriteOptional(json, "successor", status.Successor, size.LongestText);
        WriteProgress(json, status.Restart, size);
        size.WriteItems(json, "listeners", status.Listeners, l => json.WriteStringValue(size.Cut(l)));
        WriteNames(json, "passedHandles", status.PassedHandles, size);
        WriteNames(json, "untakenHandles", status.UntakenHandles, size);
        size.WriteItems(json, "generations", status.Generations, g =>
        {
            json.WriteStartObject();
            GenerationStatusCodec.Write(json, g, size.LongestText);
            json.WriteEndObject();
        });
        size.WriteItems(json, "lastRestarts", status.LastRestarts, r => RestartRecordCodec.Write(json, r, size));
        json.WriteSpan("probationEndsMs", status.ProbationEnds);
        if (status.AwaitsConfirmation)
        {
            json.WriteBoolean("awaitsConfirmation", true);
        }

        json.WriteNumber("nameHeldBy", status.NameHeldBy);
        if (status.RunPid is { } run)
        {
            json.WriteNumber("runPid", run);
        }

        if (status.WaitingServices.Count > 0)
        {
            size.WriteItems(json, "waitingServices", status.WaitingServices, s =>
            {
                json.WriteStartObject();
                size.WriteText(json, "name", s.Name);
                size.WriteText(json, "reason", s.Reason);
                json.WriteEndObject();
            });
        }

        if (status.PassedState.Count > 0)
        {
            size.WriteItems(json, "passedState", status.PassedState, s =>
            {
                json.WriteStartObject();
                json.WriteString("name", s.Name);
                json.WriteNumber("version", s.Version);
                json.WriteNumber("length", s.Length);
                json.WriteEndObject();
            });
        }
    }

    internal static RestartStatus Read(JsonElement body) => new()
    {
        Pid = body.Number("pid"),
        Generation = body.Number("generation"),
        State = State(body, "state"),
        PredecessorPid = body.Optional("predecessorPid")?.GetInt32(),
        SuccessorPid = body.Optional("successorPid")?.GetInt32(),
        Successor = GenerationStatusCodec.ReadOptional(body, "successor"),
        Listeners = [.. body.Items("listeners").Select(l => PeerText.Text(l.GetString() ?? ""))],
        PassedHandles = ReadNames(body, "passedHandles"),
        UntakenHandles = ReadNames(body, "untakenHandles"),
        Generations = [.. body.Items("generations").Select(GenerationStatusCodec.Read)],
        LastRestarts = [.. body.Items("lastRestarts").Select(RestartRecordCodec.Read)],
        Name = body.OptionalText("name") ?? "",
        Version = body.OptionalText("version") ?? "",
        Program = body.OptionalText("program") ?? "",
        StartedAt = body.OptionalTime("startedAt"),
        Restart = body.Optional("restart") is { } restart ? ReadProgress(restart) : null,
        ProbationEnds = body.OptionalSpan("probationEndsMs"),
        AwaitsConfirmation = body.Flag("awaitsConfirmation", otherwise: false),
        NameHeldBy = body.Optional("nameHeldBy")?.GetInt32(),
        RunPid = body.Optional("runPid")?.GetInt32(),
        WaitingServices = body.Optional("waitingServices") is null
            ? []
            : [.. body.Items("waitingServices").Select(s => new WaitingService(s.Text("name"), s.Text("reason")))],
        PassedState = body.Optional("passedState") is null ? [] : [.. body.Items("passedState").Select(ReadState)],
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

    // An older reader does not know them.
    private static void WriteNames(Utf8JsonWriter json, string field, IReadOnlyList<string> names, JsonSize size)
    {
        if (names.Count > 0)
        {
            size.WriteItems(json, field, names, n => json.WriteStringValue(size.Cut(n)));
        }
    }

    private static IReadOnlyList<string> ReadNames(JsonElement body, string field) =>
        body.Optional(field) is null ? [] : [.. body.Items(field).Select(n => PeerText.Text(n.GetString() ?? ""))];

    private static StateStatus ReadState(JsonElement state) =>
        new() { Name = state.Name("name"), Version = state.Number("version"), Length = state.GetProperty("length").GetInt64() };

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
        size.WriteText(json, "trigger", restart.Trigger.Description);
        TypedTexts.Write(json, restart.Trigger);
        size.WriteText(json, "phase", restart.Current?.Name ?? "");
        size.WriteText(json, "detail", restart.Current?.Detail ?? "");
        TypedTexts.Write(json, restart.Current?.Kind ?? RestartPhaseKind.Other);
        json.WriteSpan("elapsedMs", restart.Elapsed);
        RestartRecordCodec.WritePhases(json, restart.Phases, size);
        json.WriteEndObject();
    }

    private static RestartProgress ReadProgress(JsonElement restart)
    {
        // An older service does not list them.
        IReadOnlyList<RestartPhase> over = restart.Optional("phases") is null ? [] : RestartRecordCodec.ReadPhases(restart);
        TimeSpan elapsed = restart.Span("elapsedMs");
        TimeSpan present = over.Aggregate(elapsed, (left, phase) => left - phase.Duration);
        var name = new PhaseName(TypedTexts.ReadPhaseKind(restart), restart.Text("phase"));
        return new()
        {
            Trigger = TypedTexts.Read(restart, restart.Text("trigger")),
            Elapsed = elapsed,
            Current = name.Text.Length == 0
                ? null
                : name.With(restart.OptionalText("detail") ?? "", present > TimeSpan.Zero ? present : TimeSpan.Zero),
            Phases = over,
        };
    }
}
