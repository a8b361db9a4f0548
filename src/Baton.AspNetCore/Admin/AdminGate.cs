using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Baton.AspNetCore.Admin;

/// <summary>
/// Runs before each admin endpoint: marks the request as an observer, adds the headers against misuse by browsers, applies the
/// rules.
/// </summary>
internal sealed class AdminGate(RestartAdmin admin, bool acts, string name, RequestDelegate next)
{
    private static readonly KeyValuePair<string, StringValues>[] s_headers =
    [
        new("Cache-Control", "no-store"),
        new(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
                "frame-ancestors 'none'; base-uri 'none'"),
        new("X-Content-Type-Options", "nosniff"),

        // Not "no-referrer": a browser without Sec-Fetch-Site would then not say where a request comes from.
        new("Referrer-Policy", "same-origin"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
    ];

    internal Task HandleAsync(HttpContext context)
    {
        context.Features.Get<TrackedConnection>()?.Observe(context);
        AddHeaders(context);
        AdminCall call = AdminCaller.Call(context, acts);
        if (admin.Rules.Check(call) is not { } refusal)
        {
            return next(context);
        }

        string origin = call.Header("Origin") is { Length: > 0 } given ? given : "none";
        admin.Logger.AdminRefused(
            name,
            AdminCaller.Trigger(context).Description,
            refusal.Reason,
            AdminCaller.Safe(call.Host.Value ?? ""),
            AdminCaller.Safe(origin));
        return AdminAnswers.WriteAsync(context, AdminProblem.Refused(refusal));
    }

    internal static Task SayTurnedOffAsync(HttpContext context)
    {
        AddHeaders(context);
        return AdminAnswers.WriteAsync(context, AdminProblem.TurnedOff);
    }

    private static void AddHeaders(HttpContext context)
    {
        foreach ((string header, StringValues value) in s_headers)
        {
            context.Response.Headers[header] = value;
        }
    }
}
