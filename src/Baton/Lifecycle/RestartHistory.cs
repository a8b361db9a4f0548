namespace Baton.Lifecycle;

/// <summary>The last restarts of the service, as far as this process knows. Added to on the control loop, read from any thread.</summary>
internal sealed class RestartHistory(int most)
{
    private readonly Dictionary<int, (DateTimeOffset? Drained, DateTimeOffset? Gone)> _departures = [];
    private volatile IReadOnlyList<RestartRecord> _newest = [];

    internal IReadOnlyList<RestartRecord> Newest => _newest;

    /// <summary>Takes over what earlier generations remember: it is older than what was begun here.</summary>
    internal void Inherit(IReadOnlyList<RestartRecord> earlier) => _newest = [.. _newest.Concat(earlier).Take(most).Select(Complete)];

    internal void Add(RestartRecord record) => _newest = [.. new[] { record }.Concat(_newest).Take(most)];

    /// <summary>An older generation has nothing to do any more, or has ended. It may be heard of before the restart that relieved it.</summary>
    internal void Departed(int generation, DateTimeOffset? drained, DateTimeOffset? gone)
    {
        (DateTimeOffset? Drained, DateTimeOffset? Gone) known = _departures.GetValueOrDefault(generation);
        _departures[generation] = (known.Drained ?? drained, known.Gone ?? gone);
        _newest = [.. _newest.Select(Complete)];
    }

    private static TimeSpan Since(DateTimeOffset then, DateTimeOffset now) => now > then ? now - then : TimeSpan.Zero;

    private RestartRecord Complete(RestartRecord record) => record.Failure is null && _departures.TryGetValue(record.Generation - 1, out var known)
        ? record with
        {
            Drained = record.Drained ?? (known.Drained is { } drained ? Since(record.AskedAt, drained) : null),
            Gone = record.Gone ?? (known.Gone is { } gone ? Since(record.AskedAt, gone) : null),
        }
        : record;
}
