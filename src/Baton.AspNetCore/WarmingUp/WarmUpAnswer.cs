namespace Baton.AspNetCore.WarmingUp;

/// <summary>An answer to a request of the warm-up.</summary>
/// <param name="Status">The status code.</param>
/// <param name="WantsHttp2">Whether Kestrel said that the endpoint is for HTTP/2 only.</param>
internal readonly record struct WarmUpAnswer(int Status, bool WantsHttp2 = false);
