namespace Baton.AspNetCore.Admin.Page;

/// <summary>A phase on the time axis of its restart.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="From">The begin: since the request, or since the successor serves.</param>
/// <param name="Failed">Whether the restart ended in it.</param>
internal sealed record Segment(RestartPhase Phase, TimeSpan From, bool Failed)
{
    internal TimeSpan To => From + Phase.Duration;
}

/// <summary>
/// One restart as it is drawn: the part until the successor served, and the part after that. Their lengths differ by orders of
/// magnitude, so each part has its own scale.
/// </summary>
internal sealed class Timeline
{
    internal Timeline(RestartRecord record)
    {
        Record = record;
        // In this phase the predecessor tells the successor to serve.
        int before = record.Phases.ToList().FindLastIndex(p => p.Kind == RestartPhaseKind.Commit) + 1;
        bool failed = record.Failure is not null;
        Served = before > 0 && !(failed && before == record.Phases.Count);
        before = Served ? before : record.Phases.Count;
        Before = Place(record.Phases.Take(before), failed && !Served);
        After = Place(record.Phases.Skip(before), failed);
    }

    internal RestartRecord Record { get; }

    /// <summary>Whether the successor was told to serve.</summary>
    internal bool Served { get; }

    internal IReadOnlyList<Segment> Before { get; }

    internal IReadOnlyList<Segment> After { get; }

    internal TimeSpan BeforeLength => Before is [.., { } last] ? last.To : TimeSpan.Zero;

    internal TimeSpan AfterLength =>
        ((TimeSpan[])[After is [.., { } last] ? last.To : TimeSpan.Zero, Drained ?? TimeSpan.Zero, Gone ?? TimeSpan.Zero]).Max();

    /// <summary>When the predecessor had finished its work, since the successor serves; null if not yet, or not known.</summary>
    internal TimeSpan? Drained => SinceServed(Record.DrainedAfter);

    /// <summary>When the predecessor had ended, since the successor serves; null if not yet, or not known.</summary>
    internal TimeSpan? Gone => SinceServed(Record.GoneAfter);

    // Another process measured it, so it may seem to be a millisecond earlier.
    private TimeSpan? SinceServed(TimeSpan? sinceAsked) => !Served || sinceAsked is not { } since
        ? null
        : since > BeforeLength ? since - BeforeLength : TimeSpan.Zero;

    private static List<Segment> Place(IEnumerable<RestartPhase> phases, bool failed)
    {
        List<Segment> placed = [];
        TimeSpan at = TimeSpan.Zero;
        foreach (RestartPhase phase in phases)
        {
            placed.Add(new Segment(phase, at, Failed: false));
            at += phase.Duration;
        }

        if (failed && placed.Count > 0)
        {
            placed[^1] = placed[^1] with { Failed = true };
        }

        return placed;
    }
}
