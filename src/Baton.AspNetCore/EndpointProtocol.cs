using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Baton.AspNetCore;

/// <summary>
/// Whether the connections of one listener reach Kestrel's HTTP. They do not where a connection handler or other connection
/// middleware takes them.
/// </summary>
internal sealed class EndpointProtocol(
    Func<bool?> endsBeforeHttp, Func<bool?>? isPlainHttp1 = null, Func<bool?>? isPlainHttp2 = null)
{
    private volatile bool _known;
    private volatile bool _endsBeforeHttp;
    private bool? _isPlain;
    private bool? _isPlainHttp2;

    /// <summary>
    /// Whether Kestrel's HTTP/1.1 has its connections from the first byte to the last, and nothing else has a part in them.
    /// </summary>
    internal bool IsPlainHttp1 => (_isPlain ??= isPlainHttp1?.Invoke()) ?? false;

    /// <summary>The same of HTTP/2.</summary>
    internal bool IsPlainHttp2 => (_isPlainHttp2 ??= isPlainHttp2?.Invoke()) ?? false;

    /// <summary>Whether any connection has reached HTTP.</summary>
    internal bool HasReachedHttp { get; set; }

    /// <summary>Whether no connection can reach HTTP. This is known from the endpoint's pipeline before any connection.</summary>
    internal bool NeverReachesHttp
    {
        get
        {
            if (!_known && endsBeforeHttp() is { } ends)
            {
                (_endsBeforeHttp, _known) = (ends, true);
            }

            return _endsBeforeHttp;
        }
    }

    /// <summary>Inspects the pipeline of an endpoint that Kestrel has bound.</summary>
    /// <param name="kestrel">Kestrel's options.</param>
    /// <param name="bound">The address.</param>
    /// <returns>Null if it is not known, or not yet.</returns>
    internal static bool? EndsBeforeHttp(KestrelServerOptions kestrel, EndPoint bound) =>
        Inspect(kestrel, bound, static found => Middleware(found).SkipLast(1).Any(IsTerminal));

    /// <summary>Inspects an endpoint for <see cref="IsPlainHttp1"/>: TLS is middleware too.</summary>
    internal static bool? FindPlainHttp1(KestrelServerOptions kestrel, EndPoint bound) => Inspect(
        kestrel,
        bound,
        found => Middleware(found).Count == 1
            && found.Protocols.HasFlag(HttpProtocols.Http1)
            && kestrel.Limits.MaxConcurrentConnections is null);

    /// <summary>Inspects an endpoint for <see cref="IsPlainHttp2"/>.</summary>
    internal static bool? FindPlainHttp2(KestrelServerOptions kestrel, EndPoint bound) => Inspect(
        kestrel, bound, static found => Middleware(found).Count == 1 && found.Protocols == HttpProtocols.Http2);

    private static bool? Inspect(KestrelServerOptions kestrel, EndPoint bound, Func<ListenOptions, bool> look)
    {
        try
        {
            // A reload of the configuration may change the list meanwhile.
            ListenOptions[] all = [.. OptionsInUse(kestrel)];
            return all.FirstOrDefault(o => Equals(o.EndPoint, bound)) is { } found ? look(found) : null;
        }
        catch (Exception e) when (e is MissingMemberException or InvalidOperationException or ArgumentException)
        {
            // An unknown version of Kestrel: the first connection tells.
            return null;
        }
    }

    /// <summary>
    /// Whether the middleware after this one is never called. Only middleware of the framework is asked
    /// (<c>UseConnectionHandler</c>, <c>Run</c>): an application's middleware must be called once for each endpoint, by Kestrel.
    /// </summary>
    private static bool IsTerminal(Func<ConnectionDelegate, ConnectionDelegate> middleware)
    {
        if (middleware.Target?.GetType().Assembly != typeof(ConnectionBuilderExtensions).Assembly)
        {
            return false;
        }

        ConnectionDelegate one = _ => Task.CompletedTask;
        ConnectionDelegate other = _ => Task.FromResult(0);
        return middleware(one).Equals(middleware(other));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_OptionsInUse")]
    private static extern List<ListenOptions> OptionsInUse(KestrelServerOptions options);

    // The last middleware is HTTP itself.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_middleware")]
    private static extern ref List<Func<ConnectionDelegate, ConnectionDelegate>> Middleware(ListenOptions options);
}
