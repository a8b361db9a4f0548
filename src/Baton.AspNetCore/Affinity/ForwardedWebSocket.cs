using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.AspNetCore.Affinity;

/// <summary>
/// A WebSocket that is forwarded. Its bytes are the same in HTTP/1.1 and in HTTP/2 (RFC 8441); only the handshake differs.
/// </summary>
internal static class ForwardedWebSocket
{
    private const string Name = "websocket";

    // RFC 6455, section 1.3.
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Whether a request asks for one.</summary>
    internal static bool IsIn(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
            ? IsName(connect.Protocol)
            : context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
                && IsName(context.Request.Headers.Upgrade.ToString());

    /// <summary>Accepts it as the older process has, and passes on what comes, until one end has enough.</summary>
    internal static async Task RunAsync(HttpContext context, HttpResponseMessage response)
    {
        Stream older = await response.Content.ReadAsStreamAsync(context.RequestAborted).ConfigureAwait(false);
        ForwardedRequest.CopyHead(response, context.Response);
        Stream client = await AcceptAsync(context).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Task there = ForwardedRequest.CopyAsync(client, older, over.Token);
        Task back = ForwardedRequest.CopyAsync(older, client, over.Token);
        await Task.WhenAny(there, back).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAny(Task.WhenAll(there, back))).ConfigureAwait(false);
    }

    private static ValueTask<Stream> AcceptAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return connect.AcceptAsync();
        }

        context.Response.Headers.Upgrade = Name;
        context.Response.Headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        return new(context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());
    }

    private static bool IsName(string? protocol) => string.Equals(protocol, Name, StringComparison.OrdinalIgnoreCase);

#pragma warning disable CA5350 // the protocol's own, and no secret
    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key.Trim() + AcceptSuffix)));
#pragma warning restore CA5350
}
