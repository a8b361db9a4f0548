using System.Buffers;
using System.Text.Json;
using Baton.Control;
using Baton.Handover;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Admin;

/// <summary>Answers of the admin API: JSON with a final line end.</summary>
internal static class AdminAnswers
{
    // An explanation of the application may have any length.
    private static readonly JsonSize s_size = JsonSize.Descending[0];

    /// <summary>A failure, in the form of RFC 9457.</summary>
    internal static Task WriteAsync(HttpContext context, AdminProblem problem) =>
        WriteAsync(context, problem.Status, "application/problem+json", json =>
        {
            json.WriteString("title", problem.Title);
            json.WriteNumber("status", problem.Status);
            s_size.WriteText(json, "detail", problem.Detail);
            AnswerFailure.Write(json, problem.Failure, s_size);
            if (problem.Rule is not null)
            {
                json.WriteString("rule", problem.Rule);
            }

            if (problem.Operation is not null)
            {
                json.WriteString("operation", problem.Operation);
                StatusCodec.WriteOptionalRecord(json, "record", problem.Record, s_size);
            }
        });

    /// <summary>The status alone.</summary>
    internal static Task WriteAsync(HttpContext context, RestartStatus status) =>
        WriteAsync(context, StatusCodes.Status200OK, "application/json", json => StatusCodec.Write(json, status, s_size));

    /// <summary>The operation has succeeded.</summary>
    internal static Task WriteAsync(
        HttpContext context, string operation, ControlAnswer.Accepted accepted, ControlAnswer.Outcome outcome) =>
        WriteAsync(context, StatusCodes.Status200OK, "application/json", json =>
        {
            json.WriteString("operation", operation);
            json.WriteBoolean("succeeded", true);
            s_size.WriteText(json, "explanation", outcome.Explanation);
            json.WriteBoolean("keepsServing", outcome.KeepsServing);
            StatusCodec.WriteOptionalRecord(json, "record", outcome.Record, s_size);
            json.WriteNumber("pid", accepted.Pid);
            json.WriteNumber("generation", accepted.Generation);
        });

    /// <summary>The operation has begun, or will begin.</summary>
    internal static Task WriteAsync(HttpContext context, string operation, ControlAnswer.Accepted accepted, string explanation) =>
        WriteAsync(context, StatusCodes.Status202Accepted, "application/json", json =>
        {
            json.WriteString("operation", operation);
            json.WriteBoolean("held", accepted.Held);
            json.WriteString("until", accepted.Until);
            s_size.WriteText(json, "explanation", explanation);
            json.WriteNumber("pid", accepted.Pid);
            json.WriteNumber("generation", accepted.Generation);
        });

    private static async Task WriteAsync(HttpContext context, int status, string contentType, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.WrittenCount;
        await context.Response.Body.WriteAsync(bytes.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
