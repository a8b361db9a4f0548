namespace Baton.Lifecycle;

/// <summary>The last restarts. Added to on the control loop, read from any thread.</summary>
internal sealed class RestartHistory(int most)
{
    private volatile IReadOnlyList<RestartRecord> _newest = [];

    internal IReadOnlyList<RestartRecord> Newest => _newest;

    internal void Add(RestartRecord record) => _newest = [.. new[] { record }.Concat(_newest).Take(most)];
}
