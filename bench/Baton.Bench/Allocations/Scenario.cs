namespace Baton.Bench.Allocations;

/// <summary>One kind of request.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Http2">HTTP/2 without TLS, else HTTP/1.1 on connections that stay.</param>
/// <param name="Path">What is asked for.</param>
/// <param name="Requests">How many make one measurement of some seconds: enough that what happens by the clock, once or twice a second, is less than a byte for each.</param>
internal sealed record Scenario(string Name, bool Http2, string Path, int Requests)
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("HTTP/1.1, /", Http2: false, "/", 16_000),
        new("HTTP/1.1, /sleep?ms=1", Http2: false, "/sleep?ms=1", 12_000),
        new("HTTP/2, /", Http2: true, "/", 16_000),
        new("HTTP/2, /sleep?ms=1", Http2: true, "/sleep?ms=1", 12_000),
    ];
}
