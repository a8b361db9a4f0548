using System.Net;
using Microsoft.AspNetCore.Http;

namespace Baton.AspNetCore.Admin;

/// <summary>What a request for an admin endpoint tells of whoever sends it.</summary>
internal sealed record AdminCall
{
    /// <summary>Whether it would do something, and not only show it.</summary>
    internal required bool Acts { get; init; }

    /// <summary>Whether it is a GET, which a page of any site can have a browser send.</summary>
    internal required bool IsGet { get; init; }

    /// <summary>The address as the client wrote it, before anything was decoded.</summary>
    internal required string Target { get; init; }

    /// <summary>
    /// The peer of its connection, as the kernel has it; as middleware of connections left it; and as middleware of requests left it. All of them must be
    /// believed. Null where there is no such address.
    /// </summary>
    internal required IReadOnlyList<EndPoint?> Peers { get; init; }

    /// <summary>
    /// Asks the kernel which user has the other end of the connection; null if it does not say. Costs a few calls of the system.
    /// </summary>
    internal required Func<uint?> PeerUser { get; init; }

    /// <summary>Whether a policy protects the endpoint; it has been passed then.</summary>
    internal required bool HasPolicy { get; init; }

    /// <summary>As <c>HTTP/1.1</c>.</summary>
    internal required string Protocol { get; init; }

    internal required string Scheme { get; init; }

    internal required HostString Host { get; init; }

    internal required IHeaderDictionary Headers { get; init; }

    /// <summary>The origin that the request is for, as a browser would write it.</summary>
    internal string OwnOrigin => $"{Scheme}://{Host.Value}";

    internal string Header(string name) => Headers[name].ToString();
}
