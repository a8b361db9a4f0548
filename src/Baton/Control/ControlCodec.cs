using System.Buffers;
using System.Text.Json;
using Baton.Handover;

namespace Baton.Control;

/// <summary>
/// One request or answer to a line of JSON, its end included, and back. Unknown fields are ignored, so that versions can add some. By hand, as
/// <see cref="HandoverCodec"/> is: a program that restarts a service should not take longer to start than the service.
/// </summary>
internal static class ControlCodec
{
    internal static byte[] Encode(ControlRequest request) => Line(json =>
    {
        json.WriteNumber("protocol", ControlProtocol.Version);
        json.WriteString("command", NameOf(request.Command));
        if (request.Program is not null)
        {
            json.WriteString("program", request.Program);
        }

        json.WriteBoolean("wait", request.Wait);
        json.WriteBoolean("force", request.Force);
        json.WriteString("by", request.By);
    });

    /// <exception cref="ControlException">The line is no request.</exception>
    internal static ControlRequest DecodeRequest(ReadOnlyMemory<byte> line) => Decode(line, body =>
    {
        int version = body.Number("protocol");
        if (version != ControlProtocol.Version)
        {
            throw new JsonException($"the request is of protocol {version}, this process speaks {ControlProtocol.Version}");
        }

        string command = body.Text("command");
        return new ControlRequest(CommandOf(command) ?? throw new JsonException($"there is no command \"{JsonSize.Descending[^1].Cut(command)}\""))
        {
            Program = body.OptionalPath("program"),
            Wait = body.Flag("wait", otherwise: true),
            Force = body.Flag("force", otherwise: false),
            By = body.OptionalText("by") ?? "",
        };
    });

    /// <summary>The line of an answer, as long as an answer may be; longer texts and lists are cut.</summary>
    internal static byte[] Encode(ControlAnswer answer)
    {
        byte[] line = [];
        foreach (JsonSize size in JsonSize.Descending)
        {
            line = Line(json => Write(json, answer, size));
            if (line.Length <= ControlProtocol.MaxAnswerBytes)
            {
                break;
            }
        }

        return line;
    }

    /// <exception cref="ControlException">The line is no answer.</exception>
    internal static ControlAnswer DecodeAnswer(ReadOnlyMemory<byte> line) => Decode(line, Read);

    private static void Write(Utf8JsonWriter json, ControlAnswer answer, JsonSize size)
    {
        json.WriteString("kind", KindOf(answer));
        switch (answer)
        {
            case ControlAnswer.Status m:
                json.WriteStartObject("status");
                StatusCodec.Write(json, m.Value, size);
                json.WriteEndObject();
                break;
            case ControlAnswer.Accepted m:
                json.WriteNumber("pid", m.Pid);
                json.WriteNumber("generation", m.Generation);
                json.WriteBoolean("held", m.Held);
                size.WriteText(json, "until", m.Until);
                break;
            case ControlAnswer.Phase m:
                size.WriteText(json, "name", m.Name);
                size.WriteText(json, "detail", m.Detail);
                json.WriteNumber("elapsedMs", JsonFields.Milliseconds(m.Elapsed));
                break;
            case ControlAnswer.State m:
                json.WriteNumber("pid", m.Pid);
                json.WriteNumber("generation", m.Generation);
                json.WriteString("previous", m.Previous.ToString());
                json.WriteString("state", m.Now.ToString());
                break;
            case ControlAnswer.Successor m:
                json.WriteNumber("pid", m.Pid);
                json.WriteNumber("generation", m.Generation);
                break;
            case ControlAnswer.Drain m:
                json.WriteStartObject("generation");
                GenerationStatusCodec.Write(json, m.Generation, size.LongestText);
                json.WriteEndObject();
                json.WriteNumber("elapsedMs", JsonFields.Milliseconds(m.Elapsed));
                json.WriteSpan("limitMs", m.Limit);
                break;
            case ControlAnswer.Outcome m:
                json.WriteBoolean("succeeded", m.Succeeded);
                size.WriteText(json, "failure", m.Failure);
                size.WriteText(json, "explanation", m.Explanation);
                StatusCodec.WriteOptionalRecord(json, "record", m.Record, size);
                json.WriteBoolean("keepsServing", m.KeepsServing);
                break;
            case ControlAnswer.End m:
                size.WriteText(json, "failure", m.Failure);
                size.WriteText(json, "explanation", m.Explanation);
                break;
        }
    }

    private static ControlAnswer Read(JsonElement body) => body.Text("kind") switch
    {
        "status" => new ControlAnswer.Status(StatusCodec.Read(body.GetProperty("status"))),
        "accepted" => new ControlAnswer.Accepted(
            body.Number("pid"), body.Number("generation"), body.Flag("held", otherwise: false) ? body.OptionalText("until") ?? "it can begin" : null),
        "phase" => new ControlAnswer.Phase(body.Text("name"), body.OptionalText("detail") ?? "", body.Span("elapsedMs")),
        "state" => new ControlAnswer.State(body.Number("pid"), body.Number("generation"), StatusCodec.State(body, "previous"), StatusCodec.State(body, "state")),
        "successor" => new ControlAnswer.Successor(body.Number("pid"), body.Number("generation")),
        "drain" => new ControlAnswer.Drain(GenerationStatusCodec.Read(body.GetProperty("generation")), body.Span("elapsedMs"), body.OptionalSpan("limitMs")),
        "outcome" => new ControlAnswer.Outcome(
            body.GetProperty("succeeded").GetBoolean(), body.OptionalText("failure"), body.OptionalLines("explanation") ?? "",
            body.Optional("record") is { } record ? RestartRecordCodec.Read(record) : null, body.Flag("keepsServing", otherwise: true)),
        "end" => new ControlAnswer.End(body.OptionalText("failure"), body.OptionalLines("explanation") ?? ""),
        string kind => new ControlAnswer.Unknown(kind),
    };

    /// <summary>What stands in <c>kind</c>.</summary>
    internal static string KindOf(ControlAnswer answer) => answer switch
    {
        ControlAnswer.Status => "status",
        ControlAnswer.Accepted => "accepted",
        ControlAnswer.Phase => "phase",
        ControlAnswer.State => "state",
        ControlAnswer.Successor => "successor",
        ControlAnswer.Drain => "drain",
        ControlAnswer.Outcome => "outcome",
        ControlAnswer.End => "end",
        _ => throw new ArgumentException($"{answer.GetType().Name} is never sent.", nameof(answer)),
    };

    private static string NameOf(ControlCommand command) => command.ToString().ToLowerInvariant();

    private static ControlCommand? CommandOf(string name)
    {
        int at = Array.FindIndex(Enum.GetValues<ControlCommand>(), c => NameOf(c) == name);
        return at < 0 ? null : (ControlCommand)at;
    }

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static T Decode<T>(ReadOnlyMemory<byte> line, Func<JsonElement, T> read)
    {
        try
        {
            // JSON that is no object, a field that is missing or of another type: all of these throw.
            using JsonDocument document = JsonDocument.Parse(line);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ControlException(ControlFailure.ProtocolError, $"A line that is not valid: {e.Message}", e);
        }
    }
}
