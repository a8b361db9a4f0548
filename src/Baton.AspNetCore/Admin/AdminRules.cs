using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Admin;

/// <summary>
/// Who may use the admin endpoints. Where no policy protects them: only this service's user and root on this machine, which a
/// proxy on this machine is not. In any case: no site but their own may have a browser ask for them, and nothing is done because
/// a browser asked by itself.
/// </summary>
/// <param name="options">What the application says.</param>
/// <param name="own">The user of this process; null where there are no numbers for users.</param>
internal sealed class AdminRules(RestartAdminOptions options, uint? own)
{
    // What proxies add, and what ForwardedHeaders leaves of it.
    private static readonly string[] s_proxyHeaders = ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP"];
    private static readonly string[] s_proxyPrefixes = ["X-Forwarded-", "X-Original-"];
    private static readonly string[] s_purposeHeaders = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];
    private static readonly string[] s_browserNames = ["Mozilla/", "Opera/", "Lynx/", "Links (", "ELinks/", "w3m/", "Dillo/", "NetSurf/", "Konqueror/", "Safari/", "Chrome/", "Firefox/"];

    // What programs do not send of their own accord.
    private static readonly string[] s_pageHeaders = ["Origin", "Referer", "Accept-Language", "DNT", "Save-Data", "Service-Worker"];
    private static readonly string[] s_pageTypes = ["text/html", "application/xhtml", "image/", "text/css", "video/", "audio/"];

    /// <summary>Whether a request is refused, and by which rule; null if it is allowed.</summary>
    internal AdminRefusal? Judge(AdminCall call) => HowWritten(call) ?? WhoAsks(call) ?? WhichHost(call) ?? OnWhoseBehalf(call);

    // A proxy may be told to keep this path in. It need not know what the server makes of other spellings.
    private static AdminRefusal? HowWritten(AdminCall call) => AdminSpelling.IsPlain(call.Target)
        ? null
        : new("spelling", "The path is written in a roundabout way, which would lead past a proxy's rule for it.");

    private AdminRefusal? WhoAsks(AdminCall call)
    {
        if (call.HasPolicy || options.AllowRemote)
        {
            return null;
        }

        if (!call.Peers.All(IsLocal))
        {
            return new("remote-address", "Only requests from this machine are allowed here. For others protect the endpoints: MapRestartAdmin().RequireAuthorization(...).");
        }

        if (call.Headers.Keys.Any(IsOfProxy))
        {
            return new("proxy", "The request came through a proxy, so it may be from anywhere. Protect the endpoints: MapRestartAdmin().RequireAuthorization(...).");
        }

        return OfWhichUser(call) ?? (HttpProtocol.IsHttp10(call.Protocol)
            ? new("protocol", "HTTP/1.0 is what a proxy speaks that does not say so. Use HTTP/1.1, or protect the endpoints: MapRestartAdmin().RequireAuthorization(...).")
            : null);
    }

    // The control socket asks for the same. A proxy or a forwarder that adds no header is told by it, too.
    private AdminRefusal? OfWhichUser(AdminCall call)
    {
        if (options.AllowOtherUsers)
        {
            return null;
        }

        uint? user = call.PeerUser();
        return user is null
            ? new("user", "Whose connection this is can't be told. Use baton, protect the endpoints: MapRestartAdmin().RequireAuthorization(...), or see the option Admin:AllowOtherUsers.", "the kernel does not say which")
            : user == 0 || user == own ? null
            : new("user", "Only the user of this service and root are allowed here; the connection is another user's, such as a proxy's. Protect the endpoints: MapRestartAdmin().RequireAuthorization(...).", $"uid {user}");
    }

    private bool IsLocal(EndPoint? peer) => peer switch
    {
        IPEndPoint { Address: { IsIPv4MappedToIPv6: true } mapped } => IPAddress.IsLoopback(mapped.MapToIPv4()),
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        UnixDomainSocketEndPoint => options.AllowUnixSockets,
        _ => false,
    };

    private static bool IsOfProxy(string header) =>
        s_proxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase) || s_proxyPrefixes.Any(p => header.StartsWith(p, StringComparison.OrdinalIgnoreCase));

    // A name of somebody else's site may point to this machine, and then its pages are of the same origin (DNS rebinding). What a policy asks for they don't have.
    private AdminRefusal? WhichHost(AdminCall call)
    {
        string host = call.Host.Host;
        if (options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase) || (call.HasPolicy && options.AllowedHosts.Count == 0))
        {
            return null;
        }

        bool own = !call.HasPolicy && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out IPAddress? address) && (options.AllowRemote || IsLocal(new IPEndPoint(address, 0)))));
        return own ? null : new("host", "The request is for a host by whose name these endpoints are not to be had: see the option Admin:AllowedHosts.");
    }

    private static AdminRefusal? OnWhoseBehalf(AdminCall call)
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
            return new("origin", "The request says that another site sent it, or the host or scheme was changed on its way: a proxy must pass both on.");
        }

        return BySiteAndOrigin(call, site, origin);
    }

    private static AdminRefusal? BySiteAndOrigin(AdminCall call, string site, string origin)
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

        // Also from our own pages, where somebody else may have put a link. The page itself uses POST.
        if (call.IsGet && (IsBrowser(call) || MayBeBrowser(call)))
        {
            return new("browser", "A browser asked for this by GET, which any link can have it do. Open the page and use its button there, or use curl.");
        }

        if (!ofOurPage && IsBrowser(call))
        {
            return new("browser", "A browser asked for this by itself: from its address bar, a bookmark or a link. Open the page and use its button there, or use curl.");
        }

        return call.Header("Sec-Fetch-Dest") is "" or "document" or "empty" ? null : new("embedded", "A page asked for this to show it as a part of itself.");
    }

    private static bool IsPrefetch(AdminCall call) => s_purposeHeaders.Select(call.Header).Any(purpose =>
        purpose.Contains("prefetch", StringComparison.OrdinalIgnoreCase) || purpose.Contains("preview", StringComparison.OrdinalIgnoreCase));

    // Names that begin with Sec- are kept for browsers: no script can set them.
    private static bool IsBrowser(AdminCall call) =>
        call.Headers.Keys.Any(name => name.StartsWith("Sec-", StringComparison.OrdinalIgnoreCase) || name.Equals("Upgrade-Insecure-Requests", StringComparison.OrdinalIgnoreCase))
        || ContainsOne(call.Header("User-Agent"), s_browserNames);

    private static bool MayBeBrowser(AdminCall call) => s_pageHeaders.Any(call.Headers.ContainsKey) || ContainsOne(call.Header("Accept"), s_pageTypes);

    private static bool ContainsOne(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
