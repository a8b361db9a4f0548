using Baton.Control;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Admin;

/// <summary>A failure with its HTTP status code.</summary>
/// <param name="Status">400 and above.</param>
/// <param name="Title">The kind of failure; the same for each failure of a kind.</param>
/// <param name="Detail">What happened this time.</param>
/// <param name="Failure">The same for programs.</param>
internal sealed record AdminProblem(int Status, string Title, string Detail, AnswerFailure Failure)
{
    /// <summary>The rule that refused the request.</summary>
    internal string? Rule { get; private init; }

    /// <summary>The operation that was asked for.</summary>
    internal string? Operation { get; private init; }

    internal RestartRecord? Record { get; private init; }

    internal static AdminProblem TurnedOff { get; } =
        new(
            StatusCodes.Status404NotFound,
            "Turned off",
            "Graceful restart is turned off in this service: GracefulRestart:Enabled is false.",
            AnswerFailure.Of(RestartFailure.NotSupported));

    internal static AdminProblem Refused(AdminRefusal refusal) =>
        new(StatusCodes.Status403Forbidden, "Not allowed", refusal.Explanation, AnswerFailure.NotAllowed)
        {
            Rule = refusal.Rule,
        };

    internal static AdminProblem BadRequest(string detail, int status = StatusCodes.Status400BadRequest) =>
        new(status, "Bad request", detail, AnswerFailure.BadRequest);

    internal static AdminProblem Busy(int most) =>
        new(
            StatusCodes.Status503ServiceUnavailable,
            "Too many clients",
            $"{most} clients of this user follow the events, which is as many as may.",
            AnswerFailure.Busy);

    /// <summary>An operation that was refused, or that failed.</summary>
    internal static AdminProblem Of(string operation, AnswerFailure failure, string explanation, RestartRecord? record)
    {
        (int status, string title) = Describe(failure);
        return new(status, title, explanation, failure) { Operation = operation, Record = record };
    }

    private static (int Status, string Title) Describe(AnswerFailure failure) => failure.Name switch
    {
        nameof(RestartFailure.NotReady) => (StatusCodes.Status409Conflict, "Not ready"),
        nameof(RestartFailure.InProgress) => (StatusCodes.Status409Conflict, "A restart is in progress"),
        nameof(RestartFailure.AlreadyHandedOver) => (StatusCodes.Status409Conflict, "Handed over"),
        nameof(RestartFailure.Stopping) => (StatusCodes.Status503ServiceUnavailable, "Stopping"),
        nameof(RestartFailure.NotSupported) => (StatusCodes.Status501NotImplemented, "Not possible here"),
        nameof(RestartFailure.ProgramRefused) => (StatusCodes.Status422UnprocessableEntity, "Program refused"),
        nameof(RestartFailure.CheckFailed) => (StatusCodes.Status422UnprocessableEntity, "Check failed"),
        nameof(RestartFailure.ReadyTimedOut) or nameof(AnswerFailure.TimedOut) =>
            (StatusCodes.Status504GatewayTimeout, "Timed out"),
        nameof(RestartFailure.SpawnFailed) => (StatusCodes.Status502BadGateway, "The program could not be started"),
        nameof(RestartFailure.SuccessorExited) or nameof(RestartFailure.SuccessorFailed) =>
            (StatusCodes.Status502BadGateway, "The successor did not get ready"),
        nameof(RestartFailure.SuccessorDied)
            or nameof(RestartFailure.SuccessorUnhealthy)
            or nameof(RestartFailure.SuccessorHung)
            or nameof(RestartFailure.JudgedBad)
            or nameof(RestartFailure.RolledBack) => (StatusCodes.Status502BadGateway, "Rolled back"),
        nameof(RestartFailure.NotOnProbation) or nameof(AnswerFailure.NotAllowed) =>
            (StatusCodes.Status409Conflict, "Nothing to do"),
        _ => (StatusCodes.Status502BadGateway, "The restart failed"),
    };
}
