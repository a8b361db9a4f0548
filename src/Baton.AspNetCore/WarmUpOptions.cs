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

    /// <summary>Whether warm-up requests are sent. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The requests, in this order. Default one <c>GET /</c>. Empty: none, as if <see cref="Enabled"/> were false.
    /// </summary>
    public IList<WarmUpRequest> Requests { get; } = [new WarmUpRequest("/")];

    /// <summary>How many connections each endpoint gets, one after the other. Default 1; 1 to 64.</summary>
    public int Connections { get; set; } = 1;

    /// <summary>How many times each connection sends all of <see cref="Requests"/>. Default 2; 1 to 1000.</summary>
    public int Rounds { get; set; } = 2;

    /// <summary>
    /// How long the warm-up may take. Then open requests are aborted and reported as failed. The start continues, or fails if
    /// <see cref="Required"/> is set. Default 10 seconds; more than zero, at most a day. The ready timeout ends it too.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a failed request fails the start. A predecessor keeps serving then. Default false: the failure is only logged.
    /// </summary>
    public bool Required { get; set; }

    /// <summary>
    /// The host of the requests: in the <c>Host</c> header, and to choose the certificate. A host name or an IPv4 address.
    /// Default "localhost". If the application allows only certain hosts (<c>AllowedHosts</c>), set one of them. Otherwise the
    /// warm-up reaches only the refusal.
    /// </summary>
    public string Host { get; set; } = "localhost";

    /// <summary>
    /// Which endpoints get requests, by their bound address. Default: those where HTTP reads first from a connection. So
    /// connection handlers, and middleware that reads before HTTP such as for the PROXY protocol, get none. If you set it, an
    /// endpoint that it accepts gets requests, whatever it is. Leave out endpoints that want a client certificate.
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
