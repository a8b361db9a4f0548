using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Baton.AspNetCore.LongLived;

/// <summary>
/// Takes the place of Kestrel's features by which a request becomes something else than HTTP, an upgrade in HTTP/1.1 or an
/// extended CONNECT in HTTP/2 (RFC 8441). What it becomes is known from then on.
/// </summary>
internal sealed class UpgradeFeature(
    HttpContext context, IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect, LongLivedRequests requests)
    : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    private const string WebSocket = "websocket";

    private LongLivedRequest? _request;

    /// <summary>Whether a WebSocket is asked for.</summary>
    internal bool IsWebSocket => IsNameOfWebSocket(IsExtendedConnect ? Protocol : context.Request.Headers.Upgrade.ToString());

    public bool IsUpgradableRequest => upgrade is { IsUpgradableRequest: true };

    public bool IsExtendedConnect => connect is { IsExtendedConnect: true };

    public string? Protocol => connect?.Protocol;

    /// <summary>Puts it into a request that may become something else; null for any other request.</summary>
    internal static UpgradeFeature? Of(HttpContext context, LongLivedRequests requests)
    {
        IFeatureCollection features = context.Features;
        IHttpUpgradeFeature? upgrade = features.Get<IHttpUpgradeFeature>();
        IHttpExtendedConnectFeature? connect = features.Get<IHttpExtendedConnectFeature>();
        if (upgrade is not { IsUpgradableRequest: true } && connect is not { IsExtendedConnect: true })
        {
            return null;
        }

        var feature = new UpgradeFeature(context, upgrade, connect, requests);
        if (upgrade is not null)
        {
            features.Set<IHttpUpgradeFeature>(feature);
        }

        if (connect is not null)
        {
            features.Set<IHttpExtendedConnectFeature>(feature);
        }

        return feature;
    }

    public async Task<Stream> UpgradeAsync() =>
        Track(await upgrade!.UpgradeAsync().ConfigureAwait(false), context.Request.Headers.Upgrade.ToString());

    public async ValueTask<Stream> AcceptAsync() => Track(await connect!.AcceptAsync().ConfigureAwait(false), Protocol);

    /// <summary>The application is done with the request.</summary>
    internal void End()
    {
        if (_request is { } request)
        {
            requests.Remove(request);
        }
    }

    private static bool IsNameOfWebSocket(string? protocol) =>
        string.Equals(protocol, WebSocket, StringComparison.OrdinalIgnoreCase);

    private Stream Track(Stream stream, string? protocol)
    {
        if (IsNameOfWebSocket(protocol))
        {
            var webSocket = new UpgradedWebSocket(stream);
            return Begin(new WebSocketRequest(webSocket, context.Abort), webSocket);
        }

        var raw = new UpgradedStream(stream);
        return Begin(new UpgradedRequest(raw, context.Abort), raw);
    }

    private Stream Begin(LongLivedRequest request, Stream stream)
    {
        _request = request;
        requests.Add(request, context);
        return stream;
    }
}
