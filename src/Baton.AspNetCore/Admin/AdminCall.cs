using System.Net;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Admin;

/// <summary>The facts about a request for an admin endpoint that decide whether it is allowed.</summary>
internal sealed record AdminCall
{
    /// <summary>Whether the request changes something.</summary>
    internal required bool Acts { get; init; }

    /// <summary>Whether it is a GET, which any web page can make a browser send.</summary>
    internal required bool IsGet { get; init; }

    /// <summary>The address as the client wrote it, not decoded.</summary>
    internal required string Target { get; init; }

    /// <summary>
    /// The peer's address: as the kernel reports it, then as connection middleware and as request middleware changed it. All of
    /// them
    /// must be allowed. Null where there is no address.
    /// </summary>
    internal required IReadOnlyList<EndPoint?> Peers { get; init; }

    /// <summary>
    /// Asks the kernel which user holds the other end of the connection; null if unknown. Costs a few system calls.
    /// </summary>
    internal required Func<uint?> PeerUser { get; init; }

    /// <summary>Whether an authorization policy protects the endpoint. The request has passed it then.</summary>
    internal required bool HasPolicy { get; init; }

    /// <summary>As <c>HTTP/1.1</c>.</summary>
    internal required string Protocol { get; init; }

    internal required string Scheme { get; init; }

    internal required HostString Host { get; init; }

    internal required IHeaderDictionary Headers { get; init; }

    /// <summary>The origin that the request is for, as a browser writes it.</summary>
    internal string OwnOrigin => $"{Scheme}://{Host.Value}";

    internal string Header(string name) => Headers[name].ToString();
}
