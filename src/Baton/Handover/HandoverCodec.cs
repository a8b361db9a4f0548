using System.Buffers;
using System.Text.Json;

namespace Baton.Handover;

/// <summary>
/// One message to the JSON of one frame and back. Unknown fields are ignored, so that versions can add some. Written by hand: the serializer
/// would have some 200 methods compiled in both processes while a client waits for the successor, which is longer than all the rest of a handover.
/// </summary>
internal static class HandoverCodec
{
    // Longer ones are cut by whoever gets them.
    private const int LongestText = PeerText.LongestText;

    internal static byte[] Encode(HandoverMessage message)
    {
        byte[] frame = Encode(message, JsonSize.Descending[0]);
        for (int i = 1; i < JsonSize.Descending.Count && frame.Length > HandoverProtocol.MaxFrameBytes; i++)
        {
            frame = Encode(message, JsonSize.Descending[i]);
        }

        return frame;
    }

    private static byte[] Encode(HandoverMessage message, JsonSize size)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteString("kind", KindOf(message));
        json.WriteBoolean("optional", message is HandoverMessage.History or HandoverMessage.Remaining or HandoverMessage.MoreListeners);
        json.WriteStartObject("body");
        WriteBody(json, message, size);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <exception cref="RestartException">The bytes are no message of this protocol.</exception>
    internal static HandoverMessage Decode(ReadOnlySpan<byte> frame)
    {
        try
        {
            // JSON that is no object, a field that is missing or of another type: all of these throw.
            using JsonDocument document = JsonDocument.Parse(frame.ToArray());
            JsonElement envelope = document.RootElement;
            string kind = Name(envelope, "kind");
            return Read(kind, envelope.GetProperty("body"), envelope.GetProperty("optional").GetBoolean());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RestartException(RestartFailure.ProtocolError, $"A message that is not valid arrived: {e.Message}", e);
        }
    }

    /// <summary>
    /// Has compiled what a handover needs. Each side calls it when nothing waits for it; later a client may be waiting.
    /// </summary>
    internal static void WarmUp()
    {
        Decode(Encode(new HandoverMessage.Hello(0, 0, 0, "")));
        Decode(Encode(new HandoverMessage.Listeners(0, 0, 0, [""], More: false)));
        Decode(Encode(new HandoverMessage.Ready([""])));
        Decode(Encode(new HandoverMessage.Commit(TimeSpan.Zero, TimeSpan.Zero)));
    }

    private static string KindOf(HandoverMessage message) => message switch
    {
        HandoverMessage.Hello => "hello",
        HandoverMessage.Listeners => "listeners",
        HandoverMessage.MoreListeners => "more-listeners",
        HandoverMessage.Progress => "progress",
        HandoverMessage.Ready => "ready",
        HandoverMessage.Failed => "failed",
        HandoverMessage.Commit => "commit",
        HandoverMessage.Refused => "refused",
        HandoverMessage.Alive => "alive",
        HandoverMessage.Unhealthy => "unhealthy",
        HandoverMessage.Stopping => "stopping",
        HandoverMessage.HandedOn => "handed-on",
        HandoverMessage.TakenBack => "taken-back",
        HandoverMessage.Confirmed => "confirmed",
        HandoverMessage.Shutdown => "shutdown",
        HandoverMessage.Restart => "restart",
        HandoverMessage.History => "history",
        HandoverMessage.Report => "report",
        HandoverMessage.Remaining => "remaining",
        HandoverMessage.Force => "force",
        _ => throw new ArgumentException($"{message.GetType().Name} is never sent.", nameof(message)),
    };

    private static void WriteBody(Utf8JsonWriter json, HandoverMessage message, JsonSize size)
    {
        switch (message)
        {
            case HandoverMessage.Hello m:
                json.WriteNumber("minVersion", m.MinVersion);
                json.WriteNumber("maxVersion", m.MaxVersion);
                json.WriteNumber("pid", m.Pid);
                json.WriteString("program", m.Program);
                if (m.TakesMore)
                {
                    json.WriteBoolean("takesMore", value: true);
                }

                break;
            case HandoverMessage.Listeners m:
                json.WriteNumber("version", m.Version);
                json.WriteNumber("pid", m.Pid);
                json.WriteNumber("generation", m.Generation);
                WriteTexts(json, "keys", m.Keys);
                json.WriteBoolean("more", m.More);
                if (m.Files.Count > 0)
                {
                    WriteTexts(json, "files", m.Files);
                }

                if (m.All)
                {
                    json.WriteBoolean("all", true);
                }

                TraceContextCodec.Write(json, m.Trace);
                break;
            case HandoverMessage.MoreListeners m:
                WriteTexts(json, "keys", m.Keys);
                break;
            case HandoverMessage.Progress m:
                json.WriteString("phase", Bounded(m.Phase));
                json.WriteString("detail", Bounded(m.Detail));
                break;
            case HandoverMessage.Ready m:
                WriteTexts(json, "claimed", m.Claimed);
                break;
            case HandoverMessage.Failed m:
                json.WriteString("reason", Bounded(m.Reason));
                break;
            case HandoverMessage.Refused m:
                json.WriteString("reason", Bounded(m.Reason));
                break;
            case HandoverMessage.Commit m:
                json.WriteNumber("probationMs", Milliseconds(m.Probation));
                json.WriteNumber("heartbeatMs", Milliseconds(m.Heartbeat));
                break;
            case HandoverMessage.Alive m:
                json.WriteNumber("connections", m.Connections);
                json.WriteNumber("requests", m.Requests);
                break;
            case HandoverMessage.Unhealthy m:
                json.WriteString("reason", Bounded(m.Reason));
                if (m.Ends)
                {
                    json.WriteBoolean("ends", value: true);
                }

                break;
            case HandoverMessage.HandedOn { Successor: { } successor }:
                json.WriteNumber("successor", successor);
                break;
            case HandoverMessage.Stopping m:
                json.WriteString("trigger", Bounded(m.Trigger));
                break;
            case HandoverMessage.Confirmed m:
                WriteOlder(json, m.Older);
                break;
            case HandoverMessage.Shutdown m:
                json.WriteString("trigger", Bounded(m.Trigger));
                break;
            case HandoverMessage.Restart m:
                json.WriteString("trigger", Bounded(m.Trigger));
                break;
            case HandoverMessage.History m:
                size.WriteItems(json, "restarts", m.Restarts, r => RestartRecordCodec.Write(json, r, size));
                break;
            case HandoverMessage.Report m:
                GenerationStatusCodec.Write(json, m.Status);
                break;
            case HandoverMessage.Remaining m:
                GenerationStatusCodec.Write(json, m.Status);
                break;
            case HandoverMessage.Force m:
                json.WriteString("trigger", Bounded(m.Trigger));
                break;
        }
    }

    private static HandoverMessage Read(string kind, JsonElement body, bool optional) => kind switch
    {
        "hello" => new HandoverMessage.Hello(Number(body, "minVersion"), Number(body, "maxVersion"), Number(body, "pid"), Name(body, "program"))
        {
            TakesMore = body.Flag("takesMore", otherwise: false),
        },
        "listeners" => new HandoverMessage.Listeners(
            Number(body, "version"), Number(body, "pid"), Number(body, "generation"), Keys(body, "keys"), body.GetProperty("more").GetBoolean())
        {
            Trace = TraceContextCodec.Read(body),
            Files = body.Optional("files") is null ? [] : Keys(body, "files"),
            All = body.Flag("all", otherwise: false),
        },
        "more-listeners" => new HandoverMessage.MoreListeners(Keys(body, "keys")),
        "progress" => new HandoverMessage.Progress(Name(body, "phase"), Name(body, "detail")),
        "ready" => new HandoverMessage.Ready(Keys(body, "claimed")),
        "failed" => new HandoverMessage.Failed(Text(body, "reason")),
        "commit" => new HandoverMessage.Commit(Span(body, "probationMs"), Span(body, "heartbeatMs")),
        "refused" => new HandoverMessage.Refused(Text(body, "reason")),
        "alive" => new HandoverMessage.Alive(Number(body, "connections"), Number(body, "requests")),
        "unhealthy" => new HandoverMessage.Unhealthy(Text(body, "reason"), body.Flag("ends", otherwise: false)),
        "stopping" => new HandoverMessage.Stopping(Name(body, "trigger")),
        "handed-on" => new HandoverMessage.HandedOn(body.Optional("successor")?.GetInt32()),
        "taken-back" => new HandoverMessage.TakenBack(),
        "confirmed" => new HandoverMessage.Confirmed(Older(body)),
        "shutdown" => new HandoverMessage.Shutdown(Name(body, "trigger")),
        "restart" => new HandoverMessage.Restart(Name(body, "trigger")),
        "history" => new HandoverMessage.History([.. body.Items("restarts").Select(RestartRecordCodec.Read)]),
        "report" => new HandoverMessage.Report(GenerationStatusCodec.Read(body)),
        "remaining" => new HandoverMessage.Remaining(GenerationStatusCodec.Read(body)),
        "force" => new HandoverMessage.Force(Name(body, "trigger")),
        _ when optional => new HandoverMessage.Unknown(kind),
        _ => throw new RestartException(RestartFailure.ProtocolError, $"A message of the unknown kind \"{kind}\" arrived."),
    };

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    // Words of the application, an exception or a health report: cut, they are still worth more than a message that is too long to send.
    private static ReadOnlySpan<char> Bounded(string text) => text.AsSpan(0, Math.Min(text.Length, LongestText));

    private static void WriteOlder(Utf8JsonWriter json, IReadOnlyList<OlderProcess> older)
    {
        json.WriteStartArray("older");
        foreach (OlderProcess process in older)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", process.Pid);
            json.WriteNumber("generation", process.Generation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static OlderProcess[] Older(JsonElement body) =>
        [.. body.GetProperty("older").EnumerateArray().Select(e => new OlderProcess(Number(e, "pid"), Number(e, "generation")))];

    // Infinite, and what no timer could wait for, is one number: as long as there are milliseconds.
    private static int Milliseconds(TimeSpan span) =>
        span == Timeout.InfiniteTimeSpan ? int.MaxValue : (int)Math.Min(Math.Ceiling(span.TotalMilliseconds), int.MaxValue);

    private static TimeSpan Span(JsonElement body, string name)
    {
        int milliseconds = Number(body, name);
        return milliseconds >= 0 ? TimeSpan.FromMilliseconds(milliseconds) : throw new JsonException($"{name} is negative.");
    }

    private static int Number(JsonElement body, string name) => body.GetProperty(name).GetInt32();

    private static string Name(JsonElement body, string name) => PeerText.Name(Raw(body.GetProperty(name)));

    private static string Text(JsonElement body, string name) => PeerText.Text(Raw(body.GetProperty(name)));

    private static string Raw(JsonElement value) => value.GetString() ?? throw new JsonException("A text is null.");

    private static string[] Keys(JsonElement body, string name)
    {
        JsonElement values = body.GetProperty(name);
        string[] keys = new string[values.GetArrayLength()];
        int i = 0;
        foreach (JsonElement value in values.EnumerateArray())
        {
            keys[i++] = PeerText.Key(Raw(value));
        }

        return keys;
    }
}
