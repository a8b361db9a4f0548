using System.Net;
using System.Net.Sockets;
using Baton.AspNetCore;
using Baton.AspNetCore.Admin;
using Microsoft.AspNetCore.Http;

namespace Baton.Tests.AspNetCore.Admin;

/// <summary>S1: requests, and the rule that refuses them.</summary>
public class AdminRulesTests
{
    private const string Chrome = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0";
    private const string Curl = "User-Agent: curl/8.14";
    private const uint Own = 1000;

    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.8.9.1", null)]
    [InlineData("::1", null)]
    [InlineData("::ffff:127.0.0.1", null)]
    [InlineData("::ffff:127.0.0.2", null)]
    [InlineData("10.0.0.5", "remote-address")]
    [InlineData("::ffff:10.0.0.5", "remote-address")]
    [InlineData("0.0.0.0", "remote-address")]
    [InlineData("fe80::1", "remote-address")]
    [InlineData("unix", "remote-address")]
    [InlineData("unknown", "remote-address")]
    [InlineData("127.0.0.1 10.0.0.5", "remote-address")] // rewritten by middleware: a proxy on this machine has said who it asks for
    [InlineData("10.0.0.5 127.0.0.1", "remote-address")] // rewritten: somebody says that they are us
    [InlineData("127.0.0.1 127.0.0.1 10.0.0.5", "remote-address")]
    public void Peer_ThatIsNotThisMachine_IsRefusedWithoutAPolicy(string peers, string? rule)
    {
        Assert.Equal(rule, Judge(peers, Curl));
        Assert.Null(Judge(peers, policy: true, Curl));
        Assert.Null(Judge(new RestartAdminOptions { AllowRemote = true }, peers, Curl));
    }

    [Fact]
    public void Peer_OfAUnixSocket_IsThisMachineWhereTheOptionSaysSo()
    {
        var options = new RestartAdminOptions { AllowUnixSockets = true };
        Assert.Null(Judge(options, "unix", Curl));
        Assert.Equal("remote-address", Judge(options, "10.0.0.5", Curl));
        Assert.Equal("proxy", Judge(options, "unix", "X-Forwarded-For: 203.0.113.7"));
    }

    [Theory]
    [InlineData("Forwarded: for=127.0.0.1")]
    [InlineData("X-Forwarded-For: 127.0.0.1")]
    [InlineData("x-forwarded-proto: https")]
    [InlineData("X-Forwarded-Anything: 1")]
    [InlineData("X-Original-For: 127.0.0.1:80")] // what ForwardedHeaders leaves
    [InlineData("X-Real-IP: 127.0.0.1")]
    [InlineData("Via: 1.1 proxy")]
    [InlineData("CF-Connecting-IP: 127.0.0.1")]
    [InlineData("Via:")]
    public void Proxy_OnThisMachine_IsRefusedWithoutAPolicy(string header)
    {
        Assert.Equal("proxy", Judge("127.0.0.1", header));
        Assert.Null(Judge("127.0.0.1", policy: true, header));
    }

    [Theory]
    [InlineData("127.0.0.1", Own, null)]
    [InlineData("127.0.0.1", 0u, null)]
    [InlineData("127.0.0.1", 33u, "user")] // a proxy, which says nothing of whom it asks for
    [InlineData("127.0.0.1", 65534u, "user")]
    [InlineData("127.0.0.1", null, "user")]
    [InlineData("::1", 33u, "user")]
    [InlineData("unix", Own, null)]
    [InlineData("unix", 33u, "user")]
    public void PeerUser_OtherThanOursOrRoot_IsRefusedWithoutAPolicy(string peer, uint? user, string? rule)
    {
        AdminCall call = Call([Curl]) with { Peers = [EndPointOf(peer)], PeerUser = () => user };
        Assert.Equal(rule, new AdminRules(new() { AllowUnixSockets = true }, Own).Check(call)?.Rule);
        Assert.Null(new AdminRules(new(), Own).Check(call with { HasPolicy = true }));
        Assert.Null(new AdminRules(new() { AllowUnixSockets = true, AllowOtherUsers = true }, Own).Check(call));
        Assert.Null(new AdminRules(new() { AllowRemote = true }, Own).Check(call));
    }

    [Fact]
    public void PeerUser_OfSomebodyElsewhere_IsNotAskedFor()
    {
        AdminCall call = Call([Curl]) with { Peers = [EndPointOf("10.0.0.5")], PeerUser = () => throw new InvalidOperationException("asked") };
        Assert.Equal("remote-address", new AdminRules(new() { AllowOtherUsers = true }, Own).Check(call)?.Rule);
        Assert.Null(new AdminRules(new() { AllowRemote = true }, Own).Check(call));
        Assert.Null(new AdminRules(new(), Own).Check(call with { HasPolicy = true }));
    }

    [Theory]
    [InlineData(null, Curl)]
    [InlineData(null)]
    [InlineData(null, "User-Agent: Wget/1.21.3", "Accept: */*", "Accept-Encoding: identity")]
    [InlineData(null, "User-Agent: python-requests/2.32", "Accept: */*")]
    [InlineData(null, "User-Agent: Operator/1.0", "Accept: application/json", "Cookie: session=1")]
    [InlineData("browser", Chrome, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: document")] // a link that somebody put into our pages
    [InlineData("browser", Chrome, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty", "Origin: http://localhost:5000")]
    [InlineData("browser", Chrome, "Referer: http://localhost:5000/debug/admin")]
    [InlineData("browser", "Referer: http://localhost:5000/")]
    [InlineData("browser", "Origin: http://localhost:5000")]
    [InlineData("browser", "User-Agent: Opera/9.80 (X11; Linux) Presto/2.12")]
    [InlineData("browser", "User-Agent: Lynx/2.9.0dev.12 libwww-FM/2.14")]
    [InlineData("browser", "User-Agent: w3m/0.5.3")]
    [InlineData("browser", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")]
    [InlineData("browser", "Accept: image/avif,image/webp,*/*")]
    [InlineData("browser", "Accept-Language: en")]
    [InlineData("browser", "Sec-GPC: 1")]
    [InlineData("browser", "sec-ch-ua: \"Chromium\";v=\"140\"")]
    public void Get_ThatABrowserMayHaveBeenMadeToSend_DoesNothing(string? rule, params string[] headers)
    {
        AdminCall call = Call(headers) with { Acts = true, IsGet = true };
        Assert.Equal(rule, new AdminRules(new(), Own).Check(call)?.Rule);
        Assert.Equal(rule, new AdminRules(new(), Own).Check(call with { HasPolicy = true })?.Rule);
        Assert.Null(new AdminRules(new(), Own).Check(call with { Acts = false }));
    }

    [Theory]
    [InlineData("/debug/admin/status", null)]
    [InlineData("/DEBUG/Admin/restart?program=%2Fopt%2Fshop/../x", null)]
    [InlineData("/verwaltung/%C3%BCbersicht", null)]
    [InlineData("", null)]
    [InlineData("http://localhost/debug/admin", null)] // what a request to a proxy looks like; proxies read it
    [InlineData("/debug/%61dmin", "spelling")]
    [InlineData("/debug/x/../admin", "spelling")]
    [InlineData("/debug/./admin", "spelling")]
    [InlineData("/debug/%zz/../admin", "spelling")] // HAProxy's url_dec gives up at it
    [InlineData("/debug/%0a/%2e%2e/admin", "spelling")] // a regular expression's dot does not match it
    [InlineData("/%/%2E./debug/admin", "spelling")]
    [InlineData("/debug/admin/status%", "spelling")]
    [InlineData("/debug/admin/%2", "spelling")]
    [InlineData("/debug/admin/..", "spelling")]
    public void Path_WrittenInARoundaboutWay_IsRefusedAlsoWithAPolicy(string target, string? rule)
    {
        Assert.Equal(rule, new AdminRules(new(), Own).Check(Call([]) with { Target = target })?.Rule);
        Assert.Equal(rule, new AdminRules(new() { AllowOtherUsers = true }, Own).Check(Call([]) with { Target = target, HasPolicy = true })?.Rule);
    }

    [Fact]
    public void Http10_WhichIsWhatASilentProxySpeaks_IsRefusedWithoutAPolicy()
    {
        Assert.Equal("protocol", new AdminRules(new(), Own).Check(Call([]) with { Protocol = "HTTP/1.0" })?.Rule);
        Assert.Null(new AdminRules(new(), Own).Check(Call([]) with { Protocol = "HTTP/1.0", HasPolicy = true }));
        Assert.Null(new AdminRules(new(), Own).Check(Call([]) with { Protocol = "HTTP/2" }));
    }

    [Theory]
    [InlineData("localhost", null)]
    [InlineData("LOCALHOST:5000", null)]
    [InlineData("127.0.0.1:8199", null)]
    [InlineData("127.0.0.2", null)]
    [InlineData("[::1]:8199", null)]
    [InlineData("[::ffff:127.0.0.1]", null)]
    [InlineData("evil.example", "host")]
    [InlineData("evil.example:8199", "host")]
    [InlineData("localhost.evil.example", "host")]
    [InlineData("localhost@evil.example", "host")]
    [InlineData("127.0.0.1.nip.io", "host")]
    [InlineData("10.0.0.5", "host")]
    [InlineData("0.0.0.0:8199", "host")]
    [InlineData("", "host")]
    [InlineData("ops.example", "host")]
    public void Host_ThatSomebodyElseMayHavePointedHere_IsRefused(string host, string? rule)
    {
        Assert.Equal(rule, JudgeHost(new(), host));
        Assert.Null(JudgeHost(new(), host, policy: true));
    }

    [Fact]
    public void Host_ThatTheOptionNames_IsAllowedAndWithAPolicyNoOther()
    {
        var options = new RestartAdminOptions { AllowedHosts = { "ops.example" } };
        Assert.Null(JudgeHost(options, "Ops.Example:8443"));
        Assert.Null(JudgeHost(options, "localhost"));
        Assert.Equal("host", JudgeHost(options, "evil.example"));
        Assert.Null(JudgeHost(options, "ops.example", policy: true));
        Assert.Equal("host", JudgeHost(options, "evil.example", policy: true));
    }

    [Fact]
    public void Host_WhereEverybodyMayAsk_IsAnAddressOrNamed()
    {
        var options = new RestartAdminOptions { AllowRemote = true };
        Assert.Null(JudgeHost(options, "10.0.0.5:8199"));
        Assert.Equal("host", JudgeHost(options, "evil.example"));
    }

    // Read, act, and the headers. The service is at http://localhost:5000.
    [Theory]
    [InlineData(null, null, Curl)]
    [InlineData(null, null)]
    [InlineData(null, null, Chrome, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: empty", "Origin: http://localhost:5000")]
    [InlineData(null, null, Chrome, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: document")]
    [InlineData(null, null, Chrome, "Origin: HTTP://LOCALHOST:5000")]
    [InlineData(null, null, Chrome, "Referer: http://localhost:5000/debug/admin")]
    [InlineData(null, "browser", Chrome, "Sec-Fetch-Site: none", "Sec-Fetch-Dest: document")] // typed, a bookmark, a link in a mail
    [InlineData(null, "browser", Chrome, "Sec-Fetch-Site: none", "Referer: http://localhost:5000/")]
    [InlineData(null, "browser", Chrome)]
    [InlineData(null, "browser", "Upgrade-Insecure-Requests: 1")]
    [InlineData(null, "browser", "Sec-Fetch-Mode: no-cors")]
    [InlineData(null, "embedded", Chrome, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: image")] // somebody's picture in our own pages
    [InlineData(null, "embedded", Chrome, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Dest: iframe")]
    [InlineData("cross-site", "cross-site", Chrome, "Sec-Fetch-Site: cross-site")]
    [InlineData("cross-site", "cross-site", Chrome, "Sec-Fetch-Site: same-site")]
    [InlineData("cross-site", "cross-site", Chrome, "Sec-Fetch-Site: same-origin,cross-site")]
    [InlineData("cross-site", "cross-site", Chrome, "Sec-Fetch-Site: SAME-ORIGIN")] // no browser writes it so
    [InlineData("cross-site", "cross-site", "Sec-Fetch-Site: cross-site", "Origin: http://localhost:5000")]
    [InlineData("origin", "origin", "Origin: http://evil.example")]
    [InlineData("origin", "origin", "Origin: null")]
    [InlineData("origin", "origin", "Origin: https://localhost:5000")]
    [InlineData("origin", "origin", "Origin: http://localhost:5001")]
    [InlineData("origin", "origin", "Origin: http://localhost:5000.evil.example")]
    [InlineData("origin", "origin", "Sec-Fetch-Site: same-origin", "Origin: http://evil.example")]
    [InlineData("referer", "referer", "Referer: http://evil.example/localhost:5000/")]
    [InlineData("referer", "referer", "Referer: http://localhost:5000.evil.example/")]
    [InlineData("referer", "referer", Chrome, "Sec-Fetch-Site: none", "Referer: http://evil.example/")]
    [InlineData("prefetch", "prefetch", "Sec-Purpose: prefetch;prerender", "Sec-Fetch-Site: same-origin")]
    [InlineData("prefetch", "prefetch", "Purpose: prefetch")]
    [InlineData("prefetch", "prefetch", "X-Moz: prefetch")]
    public void Browser_ThatIsNotOnOurPage_IsRefusedAlsoWithAPolicy(string? read, string? act, params string[] headers)
    {
        foreach (bool policy in (bool[])[false, true])
        {
            Assert.Equal(read, new AdminRules(new(), Own).Check(Call(headers) with { Acts = false, HasPolicy = policy })?.Rule);
            Assert.Equal(act, new AdminRules(new(), Own).Check(Call(headers) with { Acts = true, HasPolicy = policy })?.Rule);
        }
    }

    [Fact]
    public void Origin_OfAServiceWithTls_IsItsOwn()
    {
        AdminCall call = Call(["Origin: https://127.0.0.1:8443"]) with { Acts = true, Scheme = "https", Host = new HostString("127.0.0.1:8443") };
        Assert.Null(new AdminRules(new(), Own).Check(call));
    }

    private static string? Judge(string peers, params string[] headers) => Judge(new RestartAdminOptions(), peers, headers);

    private static string? Judge(string peers, bool policy, params string[] headers) =>
        new AdminRules(new(), Own).Check(Call(headers) with { Peers = [.. peers.Split(' ').Select(EndPointOf)], HasPolicy = policy })?.Rule;

    private static string? Judge(RestartAdminOptions options, string peers, params string[] headers) =>
        new AdminRules(options, Own).Check(Call(headers) with { Peers = [.. peers.Split(' ').Select(EndPointOf)] })?.Rule;

    private static string? JudgeHost(RestartAdminOptions options, string host, bool policy = false) =>
        new AdminRules(options, Own).Check(Call([]) with { Host = new HostString(host), HasPolicy = policy })?.Rule;

    private static EndPoint? EndPointOf(string peer) => peer switch
    {
        "unix" => new UnixDomainSocketEndPoint("/somewhere"),
        "unknown" => null,
        _ => new IPEndPoint(IPAddress.Parse(peer), 4711),
    };

    private static AdminCall Call(string[] headers)
    {
        var all = new HeaderDictionary();
        foreach (string[] parts in headers.Select(h => h.Split(':', 2)))
        {
            all[parts[0]] = parts[1].Trim();
        }

        return new AdminCall
        {
            Acts = false, IsGet = false, Target = "/debug/admin", PeerUser = () => Own, Peers = [new IPEndPoint(IPAddress.Loopback, 4711)], HasPolicy = false, Protocol = "HTTP/1.1", Scheme = "http", Host = new HostString("localhost:5000"), Headers = all,
        };
    }
}
