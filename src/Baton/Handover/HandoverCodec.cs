using System.Text.Json;
using Row = Baton.Handover.MessageKind<Baton.Handover.HandoverMessage>;
using static Baton.Handover.KeyLists;

namespace Baton.Handover;

/// <summary>
/// Converts a message to the JSON of a frame and back. Unknown fields are ignored, so that versions can add some. Written by
/// hand: the serializer would compile some 200 methods in both processes while a client waits.
/// </summary>
internal static class HandoverCodec
{
    /// <summary>A new message is a record of <see cref="HandoverMessage"/>, a row here, and its handler.</summary>
    private static readonly Row[] Rows =
    [
        Row.Of<HandoverMessage.Hello>("hello", WriteHello, ReadHello),
        Row.Of<HandoverMessage.Listeners>("listeners", WriteListeners, ReadListeners),
        Row.Of<HandoverMessage.MoreListeners>(
            "more-listeners",
            static (json, m, _) => WriteKeys(json, "keys", m.Keys),
            static body => new HandoverMessage.MoreListeners(Keys(body, "keys"))) with { IsOptional = true },
        Row.Of<HandoverMessage.Dropped>(
            "dropped",
            static (json, m, _) => WriteKeys(json, "keys", m.Keys),
            static body => new HandoverMessage.Dropped(Keys(body, "keys"))) with { IsOptional = true },
        Row.Of<HandoverMessage.Progress>(
            "progress",
            WriteProgress,
            static body => new(new(TypedTexts.ReadPhaseKind(body), body.Name("phase")), body.Name("detail"))),
        Row.Of<HandoverMessage.Ready>(
            "ready",
            static (json, m, _) => { WriteKeys(json, "claimed", m.Claimed); WriteKeysIfAny(json, "takes", m.Takes); },
            static body => new HandoverMessage.Ready(Keys(body, "claimed")) { Takes = KeysIfAny(body, "takes") }),
        Row.Of<HandoverMessage.Resources>(
            "resources",
            static (json, m, _) => { WriteKeys(json, "keys", m.Keys); StateRowCodec.Write(json, m.State); },
            static body => new HandoverMessage.Resources(Keys(body, "keys")) { State = StateRowCodec.Read(body) }),
        Row.Of<HandoverMessage.Loaded>("loaded", static (_, _, _) => { }, static _ => new()),
        OfReason<HandoverMessage.Failed>("failed", static m => m.Reason, static text => new(text)),
        OfReason<HandoverMessage.Refused>("refused", static m => m.Reason, static text => new(text)),
        Row.Of<HandoverMessage.Commit>(
            "commit",
            WriteCommit,
            static body =>
                new(Wait(body, "probationMs"), Wait(body, "heartbeatMs"))
                {
                    Term = body.Optional("term")?.GetInt64() ?? 0,
                    AwaitsConfirm = body.Flag("awaitsConfirm", otherwise: false),
                }),
        Row.Of<HandoverMessage.ConnectionChannel>("connection-channel", static (_, _, _) => { }, static _ => new())
            with { IsOptional = true },
        Row.Of<HandoverMessage.RequestChannel>("request-channel", static (_, _, _) => { }, static _ => new())
            with { IsOptional = true },
        Row.Of<HandoverMessage.IdleConnections>("idle-connections", IdleConnectionsCodec.Write, IdleConnectionsCodec.Read),
        Row.Of<HandoverMessage.Alive>(
            "alive",
            static (json, m, size) =>
            {
                json.WriteNumber("connections", m.Connections);
                json.WriteNumber("requests", m.Requests);
                TrafficCodec.Write(json, m.Traffic, size);
                GenerationStatusCodec.WriteOptional(json, "status", m.Status, size.LongestText);
            },
            static body => new HandoverMessage.Alive(body.Number("connections"), body.Number("requests"))
            {
                Traffic = TrafficCodec.Read(body),
                Status = GenerationStatusCodec.ReadOptional(body, "status"),
            }),
        Row.Of<HandoverMessage.Unhealthy>(
            "unhealthy",
            WriteUnhealthy,
            static body => new HandoverMessage.Unhealthy(body.Text("reason"), body.Flag("ends", otherwise: false))
            {
                HandsBack = body.Flag("handsBack", otherwise: false),
                IsAsked = body.Flag("isAsked", otherwise: false),
            }),
        OfReason<HandoverMessage.GiveBack>("give-back", static m => m.Reason, static text => new(text))
            with { IsOptional = true },
        OfTrigger<HandoverMessage.ConfirmAsked>("confirm-asked", static m => m.Trigger, static by => new(by))
            with { IsOptional = true },
        Row.Of<HandoverMessage.HandedBack>("handed-back", WriteHandedBack, ReadHandedBack) with { IsOptional = true },
        OfTrigger<HandoverMessage.Stopping>("stopping", static m => m.Trigger, static by => new(by)),
        Row.Of<HandoverMessage.HandedOn>("handed-on", WriteHandedOn, static body => new(body.Optional("successor")?.GetInt32())),
        Row.Of<HandoverMessage.TakenBack>("taken-back", static (_, _, _) => { }, static _ => new()),
        Row.Of<HandoverMessage.Confirmed>("confirmed", WriteConfirmed, ReadConfirmed),
        OfTrigger<HandoverMessage.Shutdown>("shutdown", static m => m.Trigger, static text => new(text)),
        OfTrigger<HandoverMessage.Restart>("restart", static m => m.Trigger, static text => new(text)),
        Row.Of<HandoverMessage.History>(
            "history",
            static (json, m, size) => size.WriteItems(json, "restarts", m.Restarts, r => RestartRecordCodec.Write(json, r, size)),
            static body => new HandoverMessage.History([.. body.Items("restarts").Select(RestartRecordCodec.Read)]))
            with { IsOptional = true },
        Row.Of<HandoverMessage.Report>(
            "report",
            static (json, m, _) => GenerationStatusCodec.Write(json, m.Status),
            static body => new HandoverMessage.Report(GenerationStatusCodec.Read(body))),
        Row.Of<HandoverMessage.Remaining>(
            "remaining",
            static (json, m, _) => GenerationStatusCodec.Write(json, m.Status),
            static body => new HandoverMessage.Remaining(GenerationStatusCodec.Read(body))) with { IsOptional = true },
        OfTrigger<HandoverMessage.Force>("force", static m => m.Trigger, static text => new(text)),
    ];

    /// <exception cref="ArgumentException">The message is never sent.</exception>
    internal static byte[] Encode(HandoverMessage message)
    {
        Row row = Row.Find(Rows, message);
        return BoundedJson.Write(HandoverProtocol.MaxFrameBytes, (json, size) =>
        {
            json.WriteString("kind", row.Name);
            json.WriteBoolean("optional", row.IsOptional);
            json.WriteStartObject("body");
            row.Write(json, message, size);
            json.WriteEndObject();
        });
    }

    /// <exception cref="RestartException">The bytes are no message of this protocol.</exception>
    internal static HandoverMessage Decode(ReadOnlySpan<byte> frame)
    {
        try
        {
            // All of these throw: JSON that is no object, a missing field, a wrong type.
            using JsonDocument document = JsonDocument.Parse(frame.ToArray());
            JsonElement envelope = document.RootElement;
            string kind = envelope.Name("kind");
            JsonElement body = envelope.GetProperty("body");
            bool optional = envelope.GetProperty("optional").GetBoolean();
            return Row.Find(Rows, kind) is { } row ? row.Read(body)
                : optional ? new HandoverMessage.Unknown(kind)
                : throw new RestartException(RestartFailure.ProtocolError, $"A message of the unknown kind \"{kind}\" arrived.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RestartException(RestartFailure.ProtocolError, $"A message that is not valid arrived: {e.Message}", e);
        }
    }

    /// <summary>Compiles the code of a handover in advance. Each side calls it while no client waits.</summary>
    internal static void WarmUp()
    {
        Decode(Encode(new HandoverMessage.Hello(0, 0, 0, "")));
        Decode(Encode(new HandoverMessage.Listeners(0, 0, 0, [""], More: false)));
        Decode(Encode(new HandoverMessage.Ready([""])));
        Decode(Encode(new HandoverMessage.Commit(TimeSpan.Zero, TimeSpan.Zero)));
    }

    private static Row OfReason<T>(string name, Func<T, string> reason, Func<string, T> make)
        where T : HandoverMessage =>
        Row.Of<T>(name, (json, m, _) => WriteText(json, "reason", reason(m)), body => make(body.Text("reason")));

    private static Row OfTrigger<T>(string name, Func<T, RestartTrigger> trigger, Func<RestartTrigger, T> make)
        where T : HandoverMessage => Row.Of<T>(
        name,
        (json, m, _) =>
        {
            WriteText(json, "trigger", trigger(m).Description);
            TypedTexts.Write(json, trigger(m));
        },
        body => make(TypedTexts.Read(body, body.Name("trigger"))));

    private static void WriteProgress(Utf8JsonWriter json, HandoverMessage.Progress m, JsonSize size)
    {
        WriteText(json, "phase", m.Phase.Text);
        WriteText(json, "detail", m.Detail);
        TypedTexts.Write(json, m.Phase.Kind);
    }

    private static void WriteHello(Utf8JsonWriter json, HandoverMessage.Hello m, JsonSize size)
    {
        json.WriteNumber("minVersion", m.MinVersion);
        json.WriteNumber("maxVersion", m.MaxVersion);
        json.WriteNumber("pid", m.Pid);
        json.WriteString("program", m.Program);
        WriteFlag(json, "takesMore", m.TakesMore);
        WriteKeysIfAny(json, "loads", m.Loads);
    }

    private static HandoverMessage.Hello ReadHello(JsonElement body) =>
        new(body.Number("minVersion"), body.Number("maxVersion"), body.Number("pid"), body.Name("program"))
        {
            TakesMore = body.Flag("takesMore", otherwise: false),
            Loads = KeysIfAny(body, "loads"),
        };

    private static void WriteListeners(Utf8JsonWriter json, HandoverMessage.Listeners m, JsonSize size)
    {
        json.WriteNumber("version", m.Version);
        json.WriteNumber("pid", m.Pid);
        json.WriteNumber("generation", m.Generation);
        WriteKeys(json, "keys", m.Keys);
        json.WriteBoolean("more", m.More);
        WriteKeysIfAny(json, "files", m.Files);
        WriteFlag(json, "all", m.All);
        TraceContextCodec.Write(json, m.Trace);
    }

    private static HandoverMessage.Listeners ReadListeners(JsonElement body) => new(
        body.Number("version"),
        body.Number("pid"),
        body.Number("generation"),
        Keys(body, "keys"),
        body.GetProperty("more").GetBoolean())
    {
        Trace = TraceContextCodec.Read(body),
        Files = KeysIfAny(body, "files"),
        All = body.Flag("all", otherwise: false),
    };

    private static void WriteUnhealthy(Utf8JsonWriter json, HandoverMessage.Unhealthy m, JsonSize size)
    {
        WriteText(json, "reason", m.Reason);
        WriteFlag(json, "ends", m.Ends);
        WriteFlag(json, "handsBack", m.HandsBack);
        WriteFlag(json, "isAsked", m.IsAsked);
    }

    private static void WriteHandedBack(Utf8JsonWriter json, HandoverMessage.HandedBack m, JsonSize size)
    {
        WriteKeys(json, "keys", m.Keys);
        StateRowCodec.Write(json, m.State);
        if (m.Missing is { } missing)
        {
            WriteText(json, "missing", missing);
        }
    }

    private static HandoverMessage.HandedBack ReadHandedBack(JsonElement body) =>
        new(Keys(body, "keys"), StateRowCodec.Read(body), body.OptionalText("missing"));

    private static void WriteHandedOn(Utf8JsonWriter json, HandoverMessage.HandedOn m, JsonSize size)
    {
        if (m.Successor is { } successor)
        {
            json.WriteNumber("successor", successor);
        }
    }

    private static void WriteCommit(Utf8JsonWriter json, HandoverMessage.Commit m, JsonSize size)
    {
        WriteWait(json, "probationMs", m.Probation);
        WriteWait(json, "heartbeatMs", m.Heartbeat);
        if (m.Term > 0)
        {
            json.WriteNumber("term", m.Term);
        }

        WriteFlag(json, "awaitsConfirm", m.AwaitsConfirm);
    }

    private static void WriteConfirmed(Utf8JsonWriter json, HandoverMessage.Confirmed m, JsonSize size)
    {
        json.WriteStartArray("older");
        foreach (OlderProcess process in m.Older)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", process.Pid);
            json.WriteNumber("generation", process.Generation);
            WriteFlag(json, "rolledBack", process.WasRolledBack);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static HandoverMessage.Confirmed ReadConfirmed(JsonElement body) =>
        new([.. body.GetProperty("older").EnumerateArray().Select(ReadOlder)]);

    private static OlderProcess ReadOlder(JsonElement process) =>
        new(process.Number("pid"), process.Number("generation")) { WasRolledBack = process.Flag("rolledBack", otherwise: false) };

    // An application's text may be longer than any message. The receiver cuts it too.
    private static void WriteText(Utf8JsonWriter json, string name, string text) =>
        json.WriteString(name, text.AsSpan(0, Math.Min(text.Length, PeerText.LongestText)));

    // An older version does not know the field, so it is left out where it says nothing.
    private static void WriteFlag(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            json.WriteBoolean(name, value);
        }
    }

    // Infinite, and any time that no timer can wait for, is the largest number of milliseconds.
    private static void WriteWait(Utf8JsonWriter json, string name, TimeSpan span) => json.WriteNumber(
        name,
        span == Timeout.InfiniteTimeSpan ? int.MaxValue : (int)Math.Min(Math.Ceiling(span.TotalMilliseconds), int.MaxValue));

    private static TimeSpan Wait(JsonElement body, string name) =>
        body.Number(name) is >= 0 and int milliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new JsonException($"{name} is negative.");
}
