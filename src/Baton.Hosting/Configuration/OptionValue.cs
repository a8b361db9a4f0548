using System.Globalization;
using Baton.Processes;
using Microsoft.Extensions.Configuration;

namespace Baton.Hosting.Configuration;

/// <summary>What stands in the configuration is no value of its option.</summary>
internal sealed class OptionFormatException(string key, string? value, string allowed) : FormatException($"{key} is {(value is null ? "empty" : $"\"{value}\"")}; allowed is {allowed}.");

/// <summary>A value of the section, read as what its option needs. By hand, so that nothing is reflected at the start.</summary>
internal readonly record struct OptionValue(IConfigurationSection Section)
{
    private const string Durations = "a duration such as \"00:00:30\", \"30s\", \"500ms\", \"5m\", \"2h\", \"1d\" or \"infinite\"";

    internal TimeSpan Duration()
    {
        string text = Section.Value?.Trim() ?? "";
        if (text is "-1" || text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
        {
            return Timeout.InfiniteTimeSpan;
        }

        // A bare number would be days to TimeSpan, and seconds to nearly everybody else.
        return text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan clock) ? clock
            : text == "0" ? TimeSpan.Zero
            : WithUnit(text) ?? throw Refuse(Durations);
    }

    internal bool Switch() => bool.TryParse(Section.Value, out bool value) ? value : throw Refuse("true or false");

    internal int Number() =>
        int.TryParse(Section.Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Refuse("a whole number");

    internal string Text() => Section.Value ?? throw Refuse("a text");

    /// <summary>Null, or nothing, for none.</summary>
    internal string? TextOrNone() => string.IsNullOrEmpty(Section.Value) ? null : Section.Value;

    internal T Choice<T>()
        where T : struct, Enum => Named<T>(Section.Value) ?? throw Refuse(string.Join(", ", Enum.GetNames<T>()));

    /// <summary>Replaces what is in the list. One text instead of a list is a list of one.</summary>
    internal void Into<T>(IList<T> list, Func<OptionValue, T> item)
    {
        IConfigurationSection[] items = [.. Section.GetChildren()];
        list.Clear();
        if (items.Length == 0 && !string.IsNullOrEmpty(Section.Value))
        {
            items = [Section];
        }

        foreach (IConfigurationSection child in items)
        {
            list.Add(item(new OptionValue(child)));
        }
    }

    /// <summary>Changes rows of the table; <c>None</c> takes a signal out.</summary>
    internal void Into(SignalTable signals)
    {
        RequireSection("SIGUSR1");
        foreach (IConfigurationSection row in Section.GetChildren())
        {
            var value = new OptionValue(row);
            int signal = SignalNumber.Parse(row.Key);
            string? trouble = SignalNumber.WhyNot(signal);
            if (trouble is not null)
            {
                throw value.Refuse($"nothing, since {(signal == 0 ? "there is no signal of that name" : trouble)}");
            }

            bool none = "None".Equals(row.Value, StringComparison.OrdinalIgnoreCase);
            signals[SignalNumber.ToPosix(signal)] = none ? null : Named<SignalAction>(row.Value) ?? throw value.Refuse($"{string.Join(", ", Enum.GetNames<SignalAction>())}, None");
        }
    }

    /// <summary>Refuses a value where there are to be keys.</summary>
    /// <exception cref="OptionFormatException">There is one.</exception>
    internal void RequireSection(string suchAs)
    {
        if (!string.IsNullOrEmpty(Section.Value))
        {
            throw Refuse($"a section with keys of its own, such as {Section.Path}:{suchAs}");
        }
    }

    internal OptionFormatException Refuse(string allowed) => new(Section.Path, Section.Value, allowed);

    // Names only: a number says nothing to who reads the file.
    private static T? Named<T>(string? text)
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
        return milliseconds is { } unit && double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
            && count * unit < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(count * unit)
            : null;
    }
}
