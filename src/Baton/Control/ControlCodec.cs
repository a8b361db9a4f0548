using System.Text.Json;
using Baton.Handover;
using Row = Baton.Handover.MessageKind<Baton.Control.ControlAnswer>;

namespace Baton.Control;

/// <summary>
/// Converts a request or an answer to a line of JSON and back. Unknown fields are ignored, so that versions can add some. Written
/// by hand, as <see cref="HandoverCodec"/>: the command must start fast.
/// </summary>
internal static class ControlCodec
{
    /// <summary>
    /// A new kind of answer is a record of <see cref="ControlAnswer"/>, a row here, and a case where it is shown.
    /// </summary>
    private static readonly Row[] Rows =
    [
        Row.Of<ControlAnswer.Status>("status", WriteStatus, static body => new(StatusCodec.Read(body.GetProperty("status")))),
        Row.Of<ControlAnswer.Accepted>("accepted", WriteAccepted, ReadAccepted),
        Row.Of<ControlAnswer.Channel>(
            "channel", static (json, m, _) => json.WriteNumber("pid", m.Pid), static body => new(body.Number("pid"))),
        Row.Of<ControlAnswer.Phase>(
            "phase",
            WritePhase,
            static body => new(
                new(TypedTexts.ReadPhaseKind(body), body.Text("name")),
                body.OptionalText("detail") ?? "",
                body.Span("elapsedMs"))
            {
                Limit = body.OptionalSpan("limitMs"),
            }),
        Row.Of<ControlAnswer.State>("state", WriteState, ReadState),
        Row.Of<ControlAnswer.Successor>(
            "successor",
            static (json, m, _) => { json.WriteNumber("pid", m.Pid); json.WriteNumber("generation", m.Generation); },
            static body => new(body.Number("pid"), body.Number("generation"))),
        Row.Of<ControlAnswer.Drain>("drain", WriteDrain, ReadDrain),
        Row.Of<ControlAnswer.Outcome>("outcome", WriteOutcome, ReadOutcome),
        Row.Of<ControlAnswer.End>(
            "end",
            static (json, m, size) =>
            {
                AnswerFailure.Write(json, m.Failure, size);
                size.WriteText(json, "explanation", m.Explanation);
            },
            static body => new(AnswerFailure.Read(body, begun: false), body.OptionalLines("explanation") ?? "")),
    ];

    internal static byte[] Encode(ControlRequest request) => BoundedJson.Write(int.MaxValue, (json, _) =>
    {
        json.WriteNumber("protocol", ControlProtocol.Version);
        json.WriteString("command", NameOf(request.Command));
        if (request.Program is not null)
        {
            json.WriteString("program", request.Program);
        }

        if (request.Pid > 0)
        {
            json.WriteNumber("pid", request.Pid);
        }

        if (request.ConfirmWithin is { } limit)
        {
            json.WriteSpan("confirmWithinMs", limit);
        }

        json.WriteBoolean("wait", request.Wait);
        json.WriteBoolean("force", request.Force);
        json.WriteString("by", request.By);
    }, "\n"u8);

    /// <exception cref="ControlException">The line is no request.</exception>
    internal static ControlRequest DecodeRequest(ReadOnlyMemory<byte> line) => Decode(line, body =>
    {
        int version = body.Number("protocol");
        if (version != ControlProtocol.Version)
        {
            throw new JsonException($"the request is of protocol {version}, this process speaks {ControlProtocol.Version}");
        }

        string command = body.Text("command");
        return new ControlRequest(
            CommandOf(command) ?? throw new JsonException($"there is no command \"{JsonSize.Descending[^1].Cut(command)}\""))
        {
            Program = body.OptionalPath("program"),
            Pid = body.Optional("pid")?.GetInt32() ?? 0,
            ConfirmWithin = body.OptionalSpan("confirmWithinMs"),
            Wait = body.Flag("wait", otherwise: true),
            Force = body.Flag("force", otherwise: false),
            By = body.OptionalText("by") ?? "",
        };
    });

    /// <summary>The line of an answer. Long texts and lists are cut to the limit.</summary>
    internal static byte[] Encode(ControlAnswer answer)
    {
        Row row = Row.Find(Rows, answer);
        return BoundedJson.Write(
            ControlProtocol.MaxAnswerBytes,
            (json, size) =>
            {
                json.WriteString("kind", row.Name);
                row.Write(json, answer, size);
            },
            "\n"u8);
    }

    /// <exception cref="ControlException">The line is no answer.</exception>
    internal static ControlAnswer DecodeAnswer(ReadOnlyMemory<byte> line) => Decode(
        line, static body => body.Text("kind") is var kind && Row.Find(Rows, kind) is { } row
            ? row.Read(body)
            : new ControlAnswer.Unknown(kind));

    /// <summary>The value of <c>kind</c>.</summary>
    internal static string KindOf(ControlAnswer answer) => Row.Find(Rows, answer).Name;

    private static void WriteStatus(Utf8JsonWriter json, ControlAnswer.Status m, JsonSize size)
    {
        json.WriteStartObject("status");
        StatusCodec.Write(json, m.Value, size);
        json.WriteEndObject();
    }

    private static void WriteAccepted(Utf8JsonWriter json, ControlAnswer.Accepted m, JsonSize size)
    {
        json.WriteNumber("pid", m.Pid);
        json.WriteNumber("generation", m.Generation);
        json.WriteBoolean("held", m.Held);
        size.WriteText(json, "until", m.Until);
    }

    private static ControlAnswer.Accepted ReadAccepted(JsonElement body) => new(
        body.Number("pid"),
        body.Number("generation"),
        body.Flag("held", otherwise: false) ? body.OptionalText("until") ?? "it can begin" : null);

    private static void WritePhase(Utf8JsonWriter json, ControlAnswer.Phase m, JsonSize size)
    {
        size.WriteText(json, "name", m.Name.Text);
        TypedTexts.Write(json, m.Name.Kind);
        size.WriteText(json, "detail", m.Detail);
        json.WriteNumber("elapsedMs", JsonFields.Milliseconds(m.Elapsed));
        if (m.Limit is not null)
        {
            json.WriteSpan("limitMs", m.Limit);
        }
    }

    private static void WriteState(Utf8JsonWriter json, ControlAnswer.State m, JsonSize size)
    {
        json.WriteNumber("pid", m.Pid);
        json.WriteNumber("generation", m.Generation);
        json.WriteString("previous", m.Previous.ToString());
        json.WriteString("state", m.Now.ToString());
    }

    private static ControlAnswer.State ReadState(JsonElement body) =>
        new(body.Number("pid"), body.Number("generation"), StatusCodec.State(body, "previous"), StatusCodec.State(body, "state"));

    private static void WriteDrain(Utf8JsonWriter json, ControlAnswer.Drain m, JsonSize size)
    {
        json.WriteStartObject("generation");
        GenerationStatusCodec.Write(json, m.Generation, size.LongestText);
        json.WriteEndObject();
        json.WriteNumber("elapsedMs", JsonFields.Milliseconds(m.Elapsed));
        json.WriteSpan("limitMs", m.Limit);
    }

    private static ControlAnswer.Drain ReadDrain(JsonElement body) =>
        new(GenerationStatusCodec.Read(body.GetProperty("generation")), body.Span("elapsedMs"), body.OptionalSpan("limitMs"));

    private static void WriteOutcome(Utf8JsonWriter json, ControlAnswer.Outcome m, JsonSize size)
    {
        json.WriteBoolean("succeeded", m.Succeeded);
        AnswerFailure.Write(json, m.Failure, size);
        size.WriteText(json, "explanation", m.Explanation);
        StatusCodec.WriteOptionalRecord(json, "record", m.Record, size);
        json.WriteBoolean("keepsServing", m.KeepsServing);
    }

    private static ControlAnswer.Outcome ReadOutcome(JsonElement body) => new(
        body.GetProperty("succeeded").GetBoolean(),
        AnswerFailure.Read(body, begun: true),
        body.OptionalLines("explanation") ?? "",
        body.Optional("record") is { } record ? RestartRecordCodec.Read(record) : null,
        body.Flag("keepsServing", otherwise: true));

    private static string NameOf(ControlCommand command) => command.ToString().ToLowerInvariant();

    private static ControlCommand? CommandOf(string name)
    {
        int at = Array.FindIndex(Enum.GetValues<ControlCommand>(), c => NameOf(c) == name);
        return at < 0 ? null : (ControlCommand)at;
    }

    private static T Decode<T>(ReadOnlyMemory<byte> line, Func<JsonElement, T> read)
    {
        try
        {
            // All of these throw: JSON that is no object, a missing field, a wrong type.
            using JsonDocument document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ControlException(ControlFailure.ProtocolError, $"A line that is not valid: {e.Message}", e);
        }
    }
}
