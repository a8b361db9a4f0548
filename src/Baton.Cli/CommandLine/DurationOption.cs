using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Baton.Cli.CommandLine;

/// <summary>
/// An option for a duration: <c>90</c> or <c>90s</c>, <c>2m</c>, <c>1h</c>, <c>500ms</c>, <c>1m30s</c>; <c>infinite</c> for no
/// limit.
/// </summary>
internal static class DurationOption
{
    private static readonly (string Name, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    internal static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = Read,
    };

    /// <summary>Null if the text is no duration, or one longer than a timer can wait (24 days).</summary>
    internal static TimeSpan? Parse(string text)
    {
        if (text is "infinite" or "0")
        {
            return Timeout.InfiniteTimeSpan;
        }

        double total = 0;
        for (int at = 0; at < text.Length;)
        {
            int digits = at;
            while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            {
                digits++;
            }

            int letters = digits;
            while (letters < text.Length && char.IsAsciiLetter(text[letters]))
            {
                letters++;
            }

            double? unit = digits == letters ? 1000
                : Array.Find(Units, u => u.Name == text[digits..letters]) is { Name: not null } known ? known.Milliseconds
                : null;
            if (unit is null
                || !double.TryParse(
                    text[at..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return null;
            }

            total += number * unit.Value;
            at = letters;
        }

        return total is > 0 and <= int.MaxValue ? TimeSpan.FromMilliseconds(total) : null;
    }

    private static TimeSpan? Read(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (Parse(text) is { } time)
        {
            return time;
        }

        argument.AddError(
            $"\"{text}\" is no time. Write it as 30s, 2m, 1m30s or 500ms, at most 24 days; infinite waits without a limit.");
        return null;
    }
}
