using System.Net;
using Baton.Configuration;

namespace Baton.AspNetCore;

/// <summary>
/// Requests that a starting process sends to itself before it serves, so that the first client does not wait for compilation and
/// first use. They go through all of Kestrel over connections within the process, that nobody else can open: TLS with the
/// endpoint's own certificate, HTTP/1.1 or HTTP/2 as the endpoint speaks. A request is marked by <see cref="WarmUpFeature"/> and
/// a header. It counts as failed if no answer comes, or one of 500 and above; 404 and the like have warmed up as well.
/// </summary>
public sealed class WarmUpOptions
{
    private static readonly Func<EndPoint, bool> All = static _ => true;

    /// <summary>Whether requests are sent. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// What is requested, in this order. Default one <c>GET /</c>. Empty: nothing, as if not <see cref="Enabled"/>.
    /// </summary>
    public IList<WarmUpRequest> Requests { get; } = [new WarmUpRequest("/")];

    /// <summary>How many connections each endpoint gets, one after the other. Default 1; 1 to 64.</summary>
    public int Connections { get; set; } = 1;

    /// <summary>How many times each connection sends all of <see cref="Requests"/>. Default 2; 1 to 1000.</summary>
    public int Rounds { get; set; } = 2;

    /// <summary>
    /// How long all of it may take; then what is open is aborted, reported as failed, and the start goes on, or fails if it is
    /// <see cref="Required"/>. Default 10 seconds; more than zero, at most a day. The ready timeout ends it as well.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a failed request fails the start: a predecessor then keeps serving. Default false: it is reported, no more.
    /// </summary>
    public bool Required { get; set; }

    /// <summary>
    /// The host that is asked for, in the <c>Host</c> header and to choose the certificate: a name or an IPv4 address. Default
    /// "localhost". Where the application allows certain hosts only (<c>AllowedHosts</c>), one of them, as else nothing but the
    /// refusal is warmed up.
    /// </summary>
    public string Host { get; set; } = "localhost";

    /// <summary>
    /// Which endpoints get requests, by the address that they are bound to. Default those where HTTP is the first to read from a
    /// connection: connection handlers, and middleware that expects something before HTTP such as the PROXY protocol, are left
    /// alone. What is set here gets requests, whatever it is. Leave out endpoints that want a client certificate.
    /// </summary>
    public Func<EndPoint, bool> Endpoints { get; set; } = All;

    /// <summary>Whether the application has said which endpoints get requests.</summary>
    internal bool ChoosesEndpoints => Endpoints != All;

    internal void Describe(OptionVisitor o)
    {
        Enabled = o.Switch(nameof(Enabled), Enabled);
        o.List(nameof(Requests), Requests, WarmUpRequest.Rule);
        Connections = o.Number(nameof(Connections), Connections, 1, 64, "1 to 64");
        Rounds = o.Number(nameof(Rounds), Rounds, 1, 1000, "1 to 1000");
        Timeout = o.Duration(nameof(Timeout), Timeout, DurationRange.AtMostADay);
        Required = o.Switch(nameof(Required), Required);
        Host = o.Text(nameof(Host), Host, IsHost, "a host name, without a port");
    }

    private static bool IsHost(string host) => Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
}
