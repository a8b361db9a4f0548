using System.Globalization;

namespace RestartLoad;

/// <summary>Numbers to pick from at random, both ends included; written <c>30-300</c>, or <c>200</c>.</summary>
internal readonly record struct NumberRange(int Least, int Most)
{
    /// <exception cref="FormatException">Neither <c>N</c> nor <c>N-M</c> with N at most M.</exception>
    public static NumberRange Parse(string text)
    {
        string[] ends = text.Split('-');
        int least = 0, most = 0;
        bool isRange = ends.Length is 1 or 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out least)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out most)
            && least <= most;
        return isRange ? new NumberRange(least, most) : throw new FormatException($"'{text}' is not a range such as 500-3000.");
    }

    public int Pick() => (int)Random.Shared.NextInt64(Least, Most + 1L);

    public TimeSpan PickMilliseconds() => TimeSpan.FromMilliseconds(Pick());

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Least}-{Most}");
}
