namespace Baton.AspNetCore.WarmingUp;

/// <summary>What came back.</summary>
/// <param name="Status">The status code.</param>
/// <param name="WantsHttp2">Kestrel's own words to a client that speaks HTTP/1.x where it speaks HTTP/2 only.</param>
internal readonly record struct WarmUpAnswer(int Status, bool WantsHttp2 = false);
