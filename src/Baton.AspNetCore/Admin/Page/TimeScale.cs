namespace Baton.AspNetCore.Admin.Page;

/// <summary>A time axis on a part of the drawing's width: where a time lies, in percent of the whole, and which times are marked.</summary>
internal sealed class TimeScale
{
    // One that waited for a minute would make specks of all others: it is cut off, and marked as such.
    private const double MuchLonger = 5;
    private static readonly double[] s_steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

    private readonly double _left;
    private readonly double _width;
    private readonly double _step;

    /// <param name="lengths">What is to be shown.</param>
    /// <param name="usual">Those by which the others are measured.</param>
    /// <param name="left">Where the part begins, in percent.</param>
    /// <param name="width">How wide it is, in percent.</param>
    /// <param name="marks">How many times may be marked, besides zero.</param>
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
