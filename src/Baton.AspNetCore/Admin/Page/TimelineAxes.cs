namespace Baton.AspNetCore.Admin.Page;

/// <summary>The two time axes that all restarts share: until the successor serves, and after that.</summary>
internal sealed class TimelineAxes
{
    // Room for the cross after a bar, and for the last mark.
    private const double Margin = 3;
    private const double Share = 68;

    // As many marks as can be read on a telephone.
    private const int MarksBefore = 4;
    private const int MarksAfter = 2;

    internal TimelineAxes(IReadOnlyList<Timeline> restarts)
    {
        bool two = restarts.Any(r => r.AfterLength > TimeSpan.Zero);
        TimeSpan[] before = [.. restarts.Select(r => r.BeforeLength)];
        TimeSpan[] after = [.. restarts.Select(r => r.AfterLength).Where(l => l > TimeSpan.Zero)];

        // Failures end at once or at a timeout: they do not show how long a restart takes.
        TimeSpan[] usual = [.. restarts.Where(r => r.Record.Failure is null).Select(r => r.BeforeLength)];
        Before = new TimeScale(before, usual.Length == 0 ? before : usual, 0, (two ? Share : 100) - Margin, MarksBefore);
        After = two ? new TimeScale(after, after, Share, 100 - Share - Margin, MarksAfter) : null;
    }

    internal TimeScale Before { get; }

    /// <summary>Null if there is nothing to show: no probation.</summary>
    internal TimeScale? After { get; }

    internal IEnumerable<TimeScale> All => After is null ? [Before] : [Before, After];
}
