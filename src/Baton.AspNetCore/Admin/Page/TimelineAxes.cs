namespace Baton.AspNetCore.Admin.Page;

/// <summary>The two time axes that all restarts of the page share: until the successor serves, and from there on.</summary>
internal sealed class TimelineAxes
{
    // Room for the cross behind a bar, and for the last mark.
    private const double Margin = 3;
    private const double Share = 68;

    // As many as can be read on a telephone.
    private const int MarksBefore = 4;
    private const int MarksAfter = 2;

    internal TimelineAxes(IReadOnlyList<Timeline> restarts)
    {
        bool two = restarts.Any(r => r.AfterLength > TimeSpan.Zero);
        Before = new TimeScale(restarts.Select(r => r.BeforeLength), 0, (two ? Share : 100) - Margin, MarksBefore);
        After = two ? new TimeScale(restarts.Select(r => r.AfterLength).Where(l => l > TimeSpan.Zero), Share, 100 - Share - Margin, MarksAfter) : null;
    }

    internal TimeScale Before { get; }

    /// <summary>Null if there is nothing to show: no probation.</summary>
    internal TimeScale? After { get; }

    internal IEnumerable<TimeScale> All => After is null ? [Before] : [Before, After];
}
