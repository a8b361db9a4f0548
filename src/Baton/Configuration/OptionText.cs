using System.Globalization;

namespace Baton.Configuration;

/// <summary>Values of options as text. Equal values give equal text.</summary>
internal static class OptionText
{
    internal static string Of(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? "infinite" : time.ToString("c", CultureInfo.InvariantCulture);

    internal static string Of(int number) => Of((long)number);

    internal static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string Of(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    internal static string Of(string? text) => text is null ? "none" : $"\"{text}\"";
}
