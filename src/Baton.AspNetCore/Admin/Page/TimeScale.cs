namespace Baton.AspNetCore.Admin.Page;

/// <summary>A time axis on a part of the drawing: positions in percent of the whole width, and the marked times.</summary>
internal sealed class TimeScale
{
    // A restart that took much longer than the others is cut off, and marked so, to keep the others visible.
    private const double MuchLonger = 5;
    private static readonly double[] s_steps =
    [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000,
        1_800_000, 3_600_000,
    ];

    private readonly double _left;
    private readonly double _width;
    private readonly double _step;

    /// <param name="lengths">The lengths to show.</param>
    /// <param name="usual">The lengths that set the scale.</param>
    /// <param name="left">Where the part begins, in percent.</param>
    /// <param name="width">How wide it is, in percent.</param>
    /// <param name="marks">The limit for marks, besides zero.</param>
    internal TimeScale(IEnumerable<TimeSpan> lengths, IEnumerable<TimeSpan> usual, double left, double width, int marks)
    {
        double[] sorted = [.. usual.Select(l => l.TotalMilliseconds).Order()];
        double median = sorted.Length == 0 ? 1 : Math.Max(sorted[(sorted.Length - 1) / 2], 1);
        double longest = lengths.Select(l => l.TotalMilliseconds).Where(l => l <= median * MuchLonger).Append(median).Max();
        _step = s_steps.FirstOrDefault(s => longest / s < marks + 1, Math.Ceiling(longest / marks));
        Limit = TimeSpan.FromMilliseconds(longest);
        (_left, _width) = (left, width);
    }

    internal TimeSpan Limit { get; }

    internal double End => _left + _width;

    internal IEnumerable<TimeSpan> Marks
    {
        get
        {
            for (double at = 0; at <= Limit.TotalMilliseconds; at += _step)
            {
                yield return TimeSpan.FromMilliseconds(at);
            }
        }
    }

    internal bool Cuts(TimeSpan time) => time > Limit;

    internal double At(TimeSpan time) => _left + (_width * Math.Min(1, time / Limit));
}
