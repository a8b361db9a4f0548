using System.Globalization;

namespace Baton;

/// <summary>Numbers and times for people: used by the command and the admin page.</summary>
internal static class Wording
{
    /// <summary>
    /// At most two units: <c>35 ms</c>, <c>1.2 s</c>, <c>41 s</c>, <c>2 min 5 s</c>, <c>3 h 20 min</c>, <c>12 d 4 h</c>.
    /// </summary>
    internal static string Of(TimeSpan time)
    {
        TimeSpan t = time < TimeSpan.Zero ? TimeSpan.Zero : time;
        return t.TotalSeconds switch
        {
            < 1 => Say($"{t.TotalMilliseconds:0} ms"),
            < 10 => Say($"{Math.Floor(t.TotalSeconds * 10) / 10:0.0} s"),
            < 60 => Say($"{Math.Floor(t.TotalSeconds):0} s"),
            < 3600 => Two(t.Minutes, "min", t.Seconds, "s"),
            < 86_400 => Two(t.Hours, "h", t.Minutes, "min"),
            _ => Two(t.Days, "d", t.Hours, "h"),
        };
    }

    /// <summary><c>1 request</c>, <c>2 requests</c>.</summary>
    internal static string Count(int number, string noun) => Say($"{number} {noun}{(number == 1 ? "" : "s")}");

    internal static string Say(FormattableString text) => FormattableString.Invariant(text);

    private static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0
            ? Say($"{large} {largeUnit}")
            : string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit} {small} {smallUnit}");
}
