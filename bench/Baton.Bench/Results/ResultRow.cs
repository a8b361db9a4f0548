using System.Globalization;

namespace Baton.Bench.Results;

/// <summary>A measurement in words, the same for the terminal and for Markdown.</summary>
internal static class ResultRow
{
    public static IReadOnlyList<string> Titles { get; } = ["metric", "measured", "baseline", "compared", "middle half of the pairs", "target", "verdict"];

    public static IReadOnlyList<string> Cells(Measurement m)
    {
        Comparison c = m.Comparison;
        string sign = c.Kind == "difference" ? "+0.00;-0.00;0.00" : "0.000";
        return
        [
            m.Metric,
            $"{Figure(m.Measured)} {m.Unit}",
            $"{Figure(m.Baseline)} {m.Unit} ({m.Against})",
            $"{Format(c.Median, sign)} ({c.Kind})",
            $"{Format(c.LowerQuartile, sign)} to {Format(c.UpperQuartile, sign)} of {c.Pairs}",
            m.Target?.ToString() ?? "",
            m.Passed switch { true => "met", false => "MISSED", null => "" },
        ];
    }

    private static string Figure(double value) => Format(value, Math.Abs(value) switch { >= 10_000 => "N0", >= 100 => "0.0", _ => "0.00" });

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
