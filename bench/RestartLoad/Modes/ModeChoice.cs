using System.Globalization;
using System.Text.RegularExpressions;

namespace RestartLoad.Modes;

/// <summary>
/// A mode to run, written <c>NAME</c>, <c>NAME=RATE</c> or <c>NAME=RATExCONCURRENCY</c>; null: as the catalog has it.
/// </summary>
internal sealed partial record ModeChoice(string Name, double? Rate = null, int? Concurrency = null)
{
    /// <summary>One of the modes that <c>--connections</c> is about.</summary>
    public bool IsKeepAlive => Name.EndsWith("keepalive", StringComparison.Ordinal);

    /// <exception cref="FormatException">Written otherwise, or no mode of this name.</exception>
    public static ModeChoice Parse(string text)
    {
        Match match = Syntax().Match(text);
        if (!match.Success || !ModeCatalog.Names.Contains(match.Groups["name"].Value))
        {
            string names = string.Join(", ", ModeCatalog.Names);
            throw new FormatException($"'{text}' is not NAME, NAME=RATE or NAME=RATExCONCURRENCY with NAME one of {names}.");
        }

        Group rate = match.Groups["rate"];
        Group concurrency = match.Groups["concurrency"];
        return new ModeChoice(
            match.Groups["name"].Value,
            rate.Success ? double.Parse(rate.Value, CultureInfo.InvariantCulture) : null,
            concurrency.Success ? Math.Max(1, int.Parse(concurrency.Value, CultureInfo.InvariantCulture)) : null);
    }

    [GeneratedRegex(
        @"^(?<name>[a-z0-9-]+)(=(?<rate>\d{1,7}(\.\d{1,3})?)(x(?<concurrency>\d{1,5}))?)?$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Syntax();
}
