namespace Baton.Lifecycle;

/// <summary>
/// The last restarts of the service that this process knows. Written on the control loop, read from any thread. Times of a
/// predecessor are measured from the moment in which this process learned of the restart, since clocks may be set.
/// </summary>
internal sealed class RestartHistory(int most, TimeProvider time)
{
    private readonly Dictionary<int, Departure> _departures = [];
    private volatile IReadOnlyList<RestartRecord> _newest = [];

    // The restart that started this process, and the time at which its recorded duration ended.
    private (int Generation, long At)? _own;

    internal IReadOnlyList<RestartRecord> Newest => _newest;

    /// <summary>
    /// Takes over the records of earlier generations, which are older than restarts of this process. The first one is the restart
    /// that started this process.
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
    /// An older generation has finished its work, or has ended, now. This may be known before the record of the restart that
    /// replaced it.
    /// </summary>
    /// <param name="generation">The generation.</param>
    /// <param name="drained">The time of that by the clock; null if unknown.</param>
    /// <param name="gone">The same for its end.</param>
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

        // For earlier restarts only the clock can tell.
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
