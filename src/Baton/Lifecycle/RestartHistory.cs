namespace Baton.Lifecycle;

/// <summary>
/// The last restarts of the service, as far as this process knows. Added to on the control loop, read from any thread. How long a
/// predecessor took is measured from the moment in which this process learned of the restart: clocks are set now and then.
/// </summary>
internal sealed class RestartHistory(int most, TimeProvider time)
{
    private readonly Dictionary<int, Departure> _departures = [];
    private volatile IReadOnlyList<RestartRecord> _newest = [];

    // The restart that made this process, and when it had taken as long as its record says.
    private (int Generation, long At)? _own;

    internal IReadOnlyList<RestartRecord> Newest => _newest;

    /// <summary>
    /// Takes over what earlier generations remember: it is older than what was begun here. The first is the restart that made
    /// this process.
    /// </summary>
    internal void Inherit(IReadOnlyList<RestartRecord> earlier)
    {
        if (earlier is [var own, ..])
        {
            _own = (own.Generation, time.GetTimestamp());
        }

        _newest = [.. _newest.Concat(earlier).Take(most).Select(Complete)];
    }

    internal void Add(RestartRecord record) => _newest = [.. new[] { record }.Concat(_newest).Take(most)];

    /// <summary>
    /// An older generation has nothing to do any more, or has ended, now. That may be known before the restart that replaced it.
    /// </summary>
    /// <param name="generation">Which.</param>
    /// <param name="drained">When, by the clock; null if that is not known.</param>
    /// <param name="gone">The same.</param>
    internal void Departed(int generation, DateTimeOffset? drained, DateTimeOffset? gone)
    {
        Departure known = _departures.GetValueOrDefault(generation);
        _departures[generation] = new Departure(known.Drained ?? Moment.Of(drained, time), known.Gone ?? Moment.Of(gone, time));
        _newest = [.. _newest.Select(Complete)];
    }

    private RestartRecord Complete(RestartRecord record) =>
        record.Failure is null && _departures.TryGetValue(record.Generation - 1, out Departure known)
        ? record with
        {
            DrainedAfter = record.DrainedAfter ?? Since(record, known.Drained),
            GoneAfter = record.GoneAfter ?? Since(record, known.Gone),
        }
        : record;

    private TimeSpan? Since(RestartRecord record, Moment? moment)
    {
        if (moment is not { } then)
        {
            return null;
        }

        // Of earlier restarts only the clock can tell.
        TimeSpan elapsed = _own is { } own && own.Generation == record.Generation
            ? record.Duration + (then.At >= own.At ? time.GetElapsedTime(own.At, then.At) : -time.GetElapsedTime(then.At, own.At))
            : then.Clock - record.AskedAt;
        return elapsed > TimeSpan.Zero ? elapsed : TimeSpan.Zero;
    }

    private readonly record struct Departure(Moment? Drained, Moment? Gone);

    private readonly record struct Moment(DateTimeOffset Clock, long At)
    {
        internal static Moment? Of(DateTimeOffset? clock, TimeProvider time) =>
            clock is { } then ? new Moment(then, time.GetTimestamp()) : null;
    }
}
