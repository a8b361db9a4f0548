using System.Globalization;

namespace Baton.Configuration;

/// <summary>A configured value that its option cannot have.</summary>
internal sealed class OptionFormatException(string message) : FormatException(message);

/// <summary>
/// A value or section of the configuration, converted to the type of its option. Without reflection, which would slow the start.
/// </summary>
/// <param name="Path">The path, for messages.</param>
/// <param name="Key">The last part of the path.</param>
/// <param name="Value">The text; null for a section.</param>
/// <param name="Children">The values below it.</param>
internal sealed record OptionValue(string Path, string Key, string? Value, Func<IEnumerable<OptionValue>> Children)
{
    private const string WholeNumber = "a whole number";
    private const string Durations =
        "a duration such as \"00:00:30\", \"30s\", \"500ms\", \"5m\", \"2h\", \"1d\" or \"infinite\"";

    internal TimeSpan Duration()
    {
        string text = Value?.Trim() ?? "";
        if (text is "-1" || text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
        {
            return Timeout.InfiniteTimeSpan;
        }

        // TimeSpan reads a bare number as days, most people mean seconds.
        return text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan clock) ? clock
            : text == "0" ? TimeSpan.Zero
            : WithUnit(text) ?? throw Refuse(Durations);
    }

    internal bool Switch() => bool.TryParse(Value, out bool value) ? value : throw Refuse("true or false");

    internal int Number() =>
        Count() is >= int.MinValue and <= int.MaxValue and long value ? (int)value : throw Refuse(WholeNumber);

    internal long Count()
    {
        const NumberStyles Styles =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
        return long.TryParse(Value, Styles, CultureInfo.InvariantCulture, out long value) ? value : throw Refuse(WholeNumber);
    }

    internal double Fraction() =>
        double.TryParse(Value, NumberStyles.Float & ~NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value)
                ? value
                : throw Refuse("a number such as 0.05");

    internal string Text() => Value ?? throw Refuse("a text");

    /// <summary>Null or empty means none.</summary>
    internal string? TextOrNone() => string.IsNullOrEmpty(Value) ? null : Value;

    internal T Choice<T>()
        where T : struct, Enum => Named<T>(Value) ?? throw Refuse(string.Join(", ", Enum.GetNames<T>()));

    /// <summary>The items of a list. A single text is a list of one.</summary>
    internal OptionValue[] Items()
    {
        OptionValue[] items = [.. Children()];
        return items.Length == 0 && !string.IsNullOrEmpty(Value) ? [this] : items;
    }

    internal Dictionary<string, OptionValue> ByKey() => Children().ToDictionary(c => c.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a value where keys are expected.</summary>
    /// <exception cref="OptionFormatException">There is one.</exception>
    internal void RequireSection(string suchAs)
    {
        if (!string.IsNullOrEmpty(Value))
        {
            throw Refuse($"a section with keys of its own, such as {Path}:{suchAs}");
        }
    }

    internal OptionFormatException Refuse(string allowed) =>
        new($"{Path} is {(Value is null ? "empty" : $"\"{Value}\"")}; allowed is {allowed}.");

    /// <summary>No option has this key.</summary>
    internal OptionFormatException Unknown(IEnumerable<string> known) =>
        new($"{Path} is no option of graceful restart; the nearest is {Path[..^Key.Length]}{NearestKey.To(Key, known)}.");

    // Names only: a number in a file would not be understood.
    internal static T? Named<T>(string? text)
        where T : struct, Enum
    {
        string? name = Array.Find(Enum.GetNames<T>(), n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        return name is null ? null : Enum.Parse<T>(name);
    }

    private static TimeSpan? WithUnit(string text)
    {
        int digits = Array.FindIndex(text.ToCharArray(), c => c is not ('.' or (>= '0' and <= '9')));
        double? milliseconds = digits <= 0 ? null : text[digits..].Trim() switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" or "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => null,
        };
        return milliseconds is { } unit
            && double.TryParse(
                text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
            && count * unit < TimeSpan.MaxValue.TotalMilliseconds
                ? TimeSpan.FromMilliseconds(count * unit)
                : null;
    }
}
