using System.Text.Json;
using Baton.Processes;

namespace Baton.Handover;

/// <summary>
/// Types beside the texts that older versions know, to JSON and back. What an older version does not say is not known: its texts
/// are shown, not searched.
/// </summary>
internal static class TypedTexts
{
    private const string By = "by";
    private const string Kind = "phaseKind";

    /// <summary>Who asked, beside its text.</summary>
    internal static void Write(Utf8JsonWriter json, RestartTrigger trigger)
    {
        if (trigger.Kind == RestartTriggerKind.Unknown)
        {
            return;
        }

        json.WriteStartObject(By);
        json.WriteString("kind", trigger.Kind.ToString());
        WriteNumber(json, "signal", trigger.Signal is { } signal ? SignalNumber.Of(signal) : null);
        WriteNumber(json, "uid", trigger.UserId);
        WriteNumber(json, "pid", trigger.ProcessId);
        WriteNumber(json, "passedOnBy", trigger.PassedOnBy);
        json.WriteEndObject();
    }

    internal static RestartTrigger Read(JsonElement body, string text) => body.Optional(By) is not { } by
        ? new() { Kind = RestartTriggerKind.Unknown, Description = text }
        : new()
        {
            Kind = by.Name("kind", RestartTriggerKind.Unknown),
            Description = text,
            Signal = by.Optional("signal")?.GetInt32() is { } number and > 0 and <= SignalNumber.Last
                ? SignalNumber.ToPosix(number)
                : null,
            UserId = by.Optional("uid")?.GetInt64(),
            ProcessId = by.Optional("pid")?.GetInt32(),
            PassedOnBy = by.Optional("passedOnBy")?.GetInt32(),
        };

    /// <summary>Which phase it is, beside its name.</summary>
    internal static void Write(Utf8JsonWriter json, RestartPhaseKind kind)
    {
        if (kind != RestartPhaseKind.Other)
        {
            json.WriteString(Kind, kind.ToString());
        }
    }

    internal static RestartPhaseKind ReadPhaseKind(JsonElement body) =>
        body.Optional(Kind) is null ? RestartPhaseKind.Other : body.Name(Kind, RestartPhaseKind.Other);

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
    }
}
