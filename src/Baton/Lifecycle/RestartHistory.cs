namespace Baton.Lifecycle;

/// <summary>The last restarts of the service, as far as this process knows. Added to on the control loop, read from any thread.</summary>
internal sealed class RestartHistory(int most)
{
    private volatile IReadOnlyList<RestartRecord> _newest = [];

    internal IReadOnlyList<RestartRecord> Newest => _newest;

    /// <summary>Takes over what earlier generations remember: it is older than what was begun here.</summary>
    internal void Inherit(IReadOnlyList<RestartRecord> earlier) => _newest = [.. _newest.Concat(earlier).Take(most)];

    internal void Add(RestartRecord record) => _newest = [.. new[] { record }.Concat(_newest).Take(most)];
}
