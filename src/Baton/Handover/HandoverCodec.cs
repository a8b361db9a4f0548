using System.Buffers;
using System.Text.Json;

namespace Baton.Handover;

/// <summary>
/// One message to the JSON of one frame and back. Unknown fields are ignored, so that versions can add some. Written by hand: the serializer
/// would have some 200 methods compiled in both processes while a client waits for the successor, which is longer than all the rest of a handover.
/// </summary>
internal static class HandoverCodec
{
    internal static byte[] Encode(HandoverMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteString("kind", KindOf(message));
        json.WriteBoolean("optional", false);
        json.WriteStartObject("body");
        WriteBody(json, message);
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
            string kind = Text(envelope.GetProperty("kind"));
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
        Decode(Encode(new HandoverMessage.Commit()));
    }

    private static string KindOf(HandoverMessage message) => message switch
    {
        HandoverMessage.Hello => "hello",
        HandoverMessage.Listeners => "listeners",
        HandoverMessage.Progress => "progress",
        HandoverMessage.Ready => "ready",
        HandoverMessage.Failed => "failed",
        HandoverMessage.Commit => "commit",
        HandoverMessage.Refused => "refused",
        _ => throw new ArgumentException($"{message.GetType().Name} is never sent.", nameof(message)),
    };

    private static void WriteBody(Utf8JsonWriter json, HandoverMessage message)
    {
        switch (message)
        {
            case HandoverMessage.Hello m:
                json.WriteNumber("minVersion", m.MinVersion);
                json.WriteNumber("maxVersion", m.MaxVersion);
                json.WriteNumber("pid", m.Pid);
                json.WriteString("program", m.Program);
                break;
            case HandoverMessage.Listeners m:
                json.WriteNumber("version", m.Version);
                json.WriteNumber("pid", m.Pid);
                json.WriteNumber("generation", m.Generation);
                WriteTexts(json, "keys", m.Keys);
                json.WriteBoolean("more", m.More);
                break;
            case HandoverMessage.Progress m:
                json.WriteString("phase", m.Phase);
                break;
            case HandoverMessage.Ready m:
                WriteTexts(json, "claimed", m.Claimed);
                break;
            case HandoverMessage.Failed m:
                json.WriteString("reason", m.Reason);
                break;
            case HandoverMessage.Refused m:
                json.WriteString("reason", m.Reason);
                break;
        }
    }

    private static HandoverMessage Read(string kind, JsonElement body, bool optional) => kind switch
    {
        "hello" => new HandoverMessage.Hello(Number(body, "minVersion"), Number(body, "maxVersion"), Number(body, "pid"), Text(body, "program")),
        "listeners" => new HandoverMessage.Listeners(
            Number(body, "version"), Number(body, "pid"), Number(body, "generation"), Texts(body, "keys"), body.GetProperty("more").GetBoolean()),
        "progress" => new HandoverMessage.Progress(Text(body, "phase")),
        "ready" => new HandoverMessage.Ready(Texts(body, "claimed")),
        "failed" => new HandoverMessage.Failed(Text(body, "reason")),
        "commit" => new HandoverMessage.Commit(),
        "refused" => new HandoverMessage.Refused(Text(body, "reason")),
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

    private static int Number(JsonElement body, string name) => body.GetProperty(name).GetInt32();

    private static string Text(JsonElement body, string name) => Text(body.GetProperty(name));

    private static string Text(JsonElement value) => value.GetString() ?? throw new JsonException("A text is null.");

    private static string[] Texts(JsonElement body, string name)
    {
        JsonElement values = body.GetProperty(name);
        string[] texts = new string[values.GetArrayLength()];
        int i = 0;
        foreach (JsonElement value in values.EnumerateArray())
        {
            texts[i++] = Text(value);
        }

        return texts;
    }
}
