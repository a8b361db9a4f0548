using System.Globalization;

namespace Baton.Bench.Results;

/// <summary>The range in which a compared figure must be, both ends included.</summary>
internal sealed record Target(double? Least, double? Most)
{
    public static Target AtLeast(double least) => new(least, null);

    public static Target AtMost(double most) => new(null, most);

    public static Target Between(double least, double most) => new(least, most);

    public bool IsMetBy(double value) => !(value < Least) && !(value > Most) && !double.IsNaN(value);

    public override string ToString() => (Least, Most) switch
    {
        ({ } least, { } most) => string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
        ({ } least, null) => string.Create(CultureInfo.InvariantCulture, $">= {least}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"<= {Most}"),
    };
}
