using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Admin;

/// <summary>
/// Decides who may use the admin endpoints. Without a policy: only this service's user and root, on this machine, and not through
/// a
/// proxy. In any case: not a page of another site, and nothing that a browser does without the user's wish.
/// </summary>
/// <param name="options">The options of the application.</param>
/// <param name="own">The user of this process; null on platforms without user numbers.</param>
internal sealed class AdminRules(RestartAdminOptions options, uint? own)
{
    private const string Protect = "MapRestartAdmin().RequireAuthorization(...)";

    // Headers that proxies add, and those that the ForwardedHeaders middleware leaves.
    private static readonly string[] s_proxyHeaders =
    [
        "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP",
    ];
    private static readonly string[] s_proxyPrefixes = ["X-Forwarded-", "X-Original-"];
    private static readonly string[] s_purposeHeaders = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];
    private static readonly string[] s_browserNames =
    [
        "Mozilla/", "Opera/", "Lynx/", "Links (", "ELinks/", "w3m/", "Dillo/", "NetSurf/", "Konqueror/", "Safari/", "Chrome/",
        "Firefox/",
    ];

    // Headers that programs do not send unless told to.
    private static readonly string[] s_pageHeaders =
    [
        "Origin", "Referer", "Accept-Language", "DNT", "Save-Data", "Service-Worker",
    ];
    private static readonly string[] s_pageTypes = ["text/html", "application/xhtml", "image/", "text/css", "video/", "audio/"];

    /// <summary>The refusal of a request, with its rule; null if the request is allowed.</summary>
    internal AdminRefusal? Check(AdminCall call) =>
        CheckSpelling(call) ?? CheckCaller(call) ?? CheckHost(call) ?? CheckOrigin(call);

    // A proxy may block this path by its plain spelling only, while the server decodes other spellings.
    private static AdminRefusal? CheckSpelling(AdminCall call) => AdminSpelling.IsPlain(call.Target)
        ? null
        : new("spelling", "The path is written in a roundabout way, which would lead past a proxy's rule for it.");

    private AdminRefusal? CheckCaller(AdminCall call)
    {
        if (call.HasPolicy || options.AllowRemote)
        {
            return null;
        }

        if (!call.Peers.All(IsLocal))
        {
            return new(
                "remote-address",
                $"Only requests from this machine are allowed here. For others protect the endpoints: {Protect}.");
        }

        if (call.Headers.Keys.Any(IsOfProxy))
        {
            return new(
                "proxy",
                $"The request came through a proxy, so it may be from anywhere. Protect the endpoints: {Protect}.");
        }

        return CheckUser(call) ?? (HttpProtocol.IsHttp10(call.Protocol)
            ? new(
                "protocol",
                $"HTTP/1.0 is what a proxy speaks that does not say so. Use HTTP/1.1, or protect the endpoints: {Protect}.")
            : null);
    }

    // The same rule as that of the control socket. It also catches a proxy or forwarder that adds no header.
    private AdminRefusal? CheckUser(AdminCall call)
    {
        if (options.AllowOtherUsers)
        {
            return null;
        }

        uint? user = call.PeerUser();
        return user is null
            ? new(
                "user",
                $"Whose connection this is can't be told. Use baton, protect the endpoints: {Protect}, " +
                    $"or see the option Admin:AllowOtherUsers.",
                "the kernel does not say which")
            : user == 0 || user == own ? null
            : new(
                "user",
                "Only the user of this service and root are allowed here; the connection is another user's, such as a proxy's. " +
                    $"Protect the endpoints: {Protect}.",
                $"uid {user}");
    }

    private bool IsLocal(EndPoint? peer) => peer switch
    {
        IPEndPoint { Address: { IsIPv4MappedToIPv6: true } mapped } => IPAddress.IsLoopback(mapped.MapToIPv4()),
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        UnixDomainSocketEndPoint => options.AllowUnixSockets,
        _ => false,
    };

    private static bool IsOfProxy(string header) =>
        s_proxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase)
            || s_proxyPrefixes.Any(p => header.StartsWith(p, StringComparison.OrdinalIgnoreCase));

    // Another site's name may resolve to this machine, which makes its pages same-origin (DNS rebinding). Such pages do not have
    // what a policy asks for.
    private AdminRefusal? CheckHost(AdminCall call)
    {
        string host = call.Host.Host;
        if (options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            || (call.HasPolicy && options.AllowedHosts.Count == 0))
        {
            return null;
        }

        bool own = !call.HasPolicy && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out IPAddress? address)
                && (options.AllowRemote || IsLocal(new IPEndPoint(address, 0)))));
        return own
            ? null
            : new(
                "host",
                "The request is for a host by whose name these endpoints are not to be had: see the option Admin:AllowedHosts.");
    }

    private static AdminRefusal? CheckOrigin(AdminCall call)
    {
        if (IsPrefetch(call))
        {
            return new("prefetch", "A browser asked in advance; nobody has wanted this yet.");
        }

        string site = call.Header("Sec-Fetch-Site");
        string origin = call.Header("Origin");
        if (site is not ("" or "same-origin" or "none"))
        {
            return new("cross-site", "Another site had the browser ask for this.");
        }

        if (origin.Length > 0 && !origin.Equals(call.OwnOrigin, StringComparison.OrdinalIgnoreCase))
        {
            return new(
                "origin",
                "The request says that another site sent it, or the host or scheme was changed on its way: a proxy must pass " +
                    "both on.");
        }

        return CheckSiteAndOrigin(call, site, origin);
    }

    private static AdminRefusal? CheckSiteAndOrigin(AdminCall call, string site, string origin)
    {
        bool ofOurPage = site == "same-origin" || origin.Length > 0;
        if (!ofOurPage && call.Header("Referer") is { Length: > 0 } referer)
        {
            if (!referer.StartsWith(call.OwnOrigin + "/", StringComparison.OrdinalIgnoreCase))
            {
                return new("referer", "A page of another site led here.");
            }

            ofOurPage = site.Length == 0;
        }

        if (!call.Acts)
        {
            return null;
        }

        // This holds for our own pages too, which may show a link of somebody else. The page itself uses POST.
        if (call.IsGet && (IsBrowser(call) || MayBeBrowser(call)))
        {
            return new(
                "browser",
                "A browser asked for this by GET, which any link can have it do. Open the page and use its button there, or " +
                    "use curl.");
        }

        if (!ofOurPage && IsBrowser(call))
        {
            return new(
                "browser",
                "A browser asked for this by itself: from its address bar, a bookmark or a link. Open the page and use its " +
                    "button there, or use curl.");
        }

        return call.Header("Sec-Fetch-Dest") is "" or "document" or "empty"
            ? null
            : new("embedded", "A page asked for this to show it as a part of itself.");
    }

    private static bool IsPrefetch(AdminCall call) =>
        s_purposeHeaders.Select(call.Header).Any(purpose =>
            purpose.Contains("prefetch", StringComparison.OrdinalIgnoreCase)
            || purpose.Contains("preview", StringComparison.OrdinalIgnoreCase));

    // Only browsers can set names that begin with Sec-; scripts cannot.
    private static bool IsBrowser(AdminCall call) =>
        call.Headers.Keys.Any(IsBrowserHeader) || ContainsOne(call.Header("User-Agent"), s_browserNames);

    private static bool IsBrowserHeader(string name) =>
        name.StartsWith("Sec-", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Upgrade-Insecure-Requests", StringComparison.OrdinalIgnoreCase);

    private static bool MayBeBrowser(AdminCall call) =>
        s_pageHeaders.Any(call.Headers.ContainsKey) || ContainsOne(call.Header("Accept"), s_pageTypes);

    private static bool ContainsOne(string text, string[] words) =>
        words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
