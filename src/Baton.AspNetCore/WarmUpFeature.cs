namespace Baton.AspNetCore;

/// <summary>
/// Marks a request of the warm-up: <c>context.Features.Get&lt;WarmUpFeature&gt;()</c> is not null. Trust this one: only this
/// process can set it, while the header can be sent by any client. The server's own metrics of such a request have the tag
/// <see cref="MetricsTag"/>.
/// </summary>
public sealed class WarmUpFeature
{
    /// <summary>The header that each request of the warm-up has, with the value 1.</summary>
    public const string HeaderName = "X-Baton-Warm-Up";

    /// <summary>The tag of <c>http.server.request.duration</c> for requests of the warm-up, with the value true.</summary>
    public const string MetricsTag = BatonTelemetry.WarmUpTag;

    internal static readonly WarmUpFeature Instance = new();

    private WarmUpFeature()
    {
    }
}
