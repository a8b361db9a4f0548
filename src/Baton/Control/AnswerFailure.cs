using System.Text.Json;
using Baton.Handover;

namespace Baton.Control;

/// <summary>What a failure means for a caller, whatever its name.</summary>
internal enum FailureCategory
{
    /// <summary>Nothing was begun.</summary>
    Refused,

    /// <summary>It was begun, and did not come about.</summary>
    Failed,

    /// <summary>The request can't be understood.</summary>
    BadRequest,
}

/// <summary>
/// Why what was asked over the control socket or the admin API did not come about: a name, and for programs its category. An
/// older service sends the name alone.
/// </summary>
internal sealed record AnswerFailure
{
    private AnswerFailure(string name, FailureCategory category) => (Name, Category) = (name, category);

    /// <summary>The service does not understand what was asked.</summary>
    internal static AnswerFailure BadRequest { get; } = new(nameof(BadRequest), FailureCategory.BadRequest);

    /// <summary>The peer is of another user, or what it asks is not for it or not for now.</summary>
    internal static AnswerFailure NotAllowed { get; } = new(nameof(NotAllowed), FailureCategory.Refused);

    /// <summary>There are too many connections.</summary>
    internal static AnswerFailure Busy { get; } = new(nameof(Busy), FailureCategory.Refused);

    /// <summary>What was begun has not come to its end within its limit.</summary>
    internal static AnswerFailure TimedOut { get; } = new(nameof(TimedOut), FailureCategory.Failed);

    /// <summary>A name of <see cref="RestartFailure"/> or of this class; of a newer version any.</summary>
    internal string Name { get; }

    internal FailureCategory Category { get; }

    private static AnswerFailure[] Own => [BadRequest, NotAllowed, Busy, TimedOut];

    internal static AnswerFailure Of(RestartFailure failure) =>
        new(failure.ToString(), failure.IsRefusal() ? FailureCategory.Refused : FailureCategory.Failed);

    /// <summary>The same of a restart that was not begun, whatever the reason is.</summary>
    internal static AnswerFailure Refusal(RestartFailure failure) => new(failure.ToString(), FailureCategory.Refused);

    public override string ToString() => Name;

    internal static void Write(Utf8JsonWriter json, AnswerFailure? failure, JsonSize size)
    {
        size.WriteText(json, "failure", failure?.Name);
        if (failure is not null)
        {
            json.WriteString("category", failure.Category.ToString());
        }
    }

    /// <param name="body">The fields of the answer.</param>
    /// <param name="begun">Whether it is of an outcome. Else nothing was begun, whatever the name is.</param>
    internal static AnswerFailure? Read(JsonElement body, bool begun)
    {
        if (body.OptionalText("failure") is not { } name)
        {
            return null;
        }

        FailureCategory older = OfAnOlderService(name, begun);
        return new(name, body.Optional("category") is null ? older : body.Name("category", older));
    }

    private static FailureCategory OfAnOlderService(string name, bool begun)
    {
        const RestartFailure Unknown = (RestartFailure)(-1);
        RestartFailure known = JsonFields.ToName(name, Unknown);
        FailureCategory? own = Array.Find(Own, failure => failure.Name == name)?.Category;
        return own ?? (begun || known == RestartFailure.CheckFailed
            ? known.IsRefusal() ? FailureCategory.Refused : FailureCategory.Failed
            : FailureCategory.Refused);
    }
}
