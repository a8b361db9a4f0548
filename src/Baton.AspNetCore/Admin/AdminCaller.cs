using System.Net;
using Baton.Interop;
using Baton.Processes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.AspNetCore.Admin;

/// <summary>Who sends a request, for the rules and for people.</summary>
internal static class AdminCaller
{
    private const int LongestWord = 100;

    /// <summary>Such as <c>the admin API, alice (127.0.0.1:4711, POST /debug/admin/restart)</c>; harmless in a log.</summary>
    internal static RestartTrigger Trigger(HttpContext context)
    {
        string? name = context.User.Identity is { IsAuthenticated: true } identity ? identity.Name ?? "a user without name" : null;
        string from = PeerOf(context)?.ToString() is { Length: > 0 } peer ? peer : "a local connection";
        string path = Word($"{context.Request.PathBase}{context.Request.Path}");
        return RestartTrigger.OfAdminApi(name is null ? null : Word(name), Word(from), $"{context.Request.Method} {path}");
    }

    /// <summary>
    /// Who shares a limit: the user whom the application knows, else the one who has the other end of the connection, as the
    /// kernel says. All whom neither knows are one.
    /// </summary>
    internal static string UserOf(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true, Name: { } name } ? $"name {name}"
        : context.Features.Get<TrackedConnection>()?.Socket is { } socket && PeerUser.Of(socket) is { } user ? $"uid {user}"
        : "";

    /// <summary>A word of somebody else, as it may stand in a log.</summary>
    internal static string Word(string text) => Printable.Line(text, LongestWord);

    internal static AdminCall Call(HttpContext context, bool acts)
    {
        EndpointMetadataCollection? metadata = context.GetEndpoint()?.Metadata;
        return new AdminCall
        {
            Acts = acts,
            IsGet = !HttpMethods.IsPost(context.Request.Method),
            Target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "",
            Peers = [PeerOf(context), .. Rewritten(context)],
            PeerUser = () => context.Features.Get<TrackedConnection>()?.Socket is { } socket ? PeerUser.Of(socket) : null,
            HasPolicy = metadata?.GetMetadata<IAuthorizeData>() is not null && metadata.GetMetadata<IAllowAnonymous>() is null,
            Protocol = context.Request.Protocol,
            Scheme = context.Request.Scheme,
            Host = context.Request.Host,
            Headers = context.Request.Headers,
        };
    }

    // Of a transport that is not ours (HTTP/3, a test server) nothing is known for sure.
    private static EndPoint? PeerOf(HttpContext context) => context.Features.Get<TrackedConnection>()?.AcceptedFrom;

    private static IEnumerable<EndPoint> Rewritten(HttpContext context)
    {
        if (context.Features.Get<TrackedConnection>()?.RemoteEndPoint is { } peer)
        {
            yield return peer;
        }

        if (context.Connection.RemoteIpAddress is { } address)
        {
            yield return new IPEndPoint(address, context.Connection.RemotePort);
        }
    }
}
