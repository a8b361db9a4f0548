namespace Baton.Configuration;

/// <summary>
/// An operation over all options: check, bind, compare, or list them. An option is a property and one call in the description of
/// its class (<see cref="RestarterOptions.Describe"/>).
/// </summary>
internal abstract class OptionVisitor
{
    /// <summary>An option that has one value.</summary>
    /// <param name="name">The property, which is also the key.</param>
    /// <param name="value">The current value.</param>
    /// <param name="rule">How to read, show and check it.</param>
    /// <returns>The new value.</returns>
    internal abstract T Value<T>(string name, T value, OptionRule<T> rule);

    /// <summary>A list, which the configuration replaces.</summary>
    internal abstract void List<T>(string name, IList<T> list, OptionRule<T> rule);

    /// <summary>The table of signals, and the key of the preset that it starts from.</summary>
    internal abstract void Signals(string presetKey, string name, SignalTable signals);

    /// <summary>Options with keys of their own below a key.</summary>
    /// <param name="name">The property.</param>
    /// <param name="example">One of the keys.</param>
    /// <param name="describe">Describes them.</param>
    internal abstract void Section(string name, string example, Action<OptionVisitor> describe);

    /// <summary>An option that is code.</summary>
    internal virtual void Code(string name, bool hasAny)
    {
    }

    internal TimeSpan Duration(string name, TimeSpan value, DurationRange range) =>
        Value(name, value, new(static v => v.Duration(), OptionText.Of, range.Contains, range.Text));

    internal bool Switch(string name, bool value) =>
        Value(name, value, new(static v => v.Switch(), static on => on ? "true" : "false", static _ => true, ""));

    internal int Number(string name, int value, int least, int most, string allowed) =>
        Value(name, value, new(static v => v.Number(), OptionText.Of, number => number >= least && number <= most, allowed));

    internal long Count(string name, long value, long least, string allowed) =>
        Value(name, value, new(static v => v.Count(), OptionText.Of, count => count >= least, allowed));

    internal double Fraction(string name, double value, Func<double, bool> isAllowed, string allowed) =>
        Value(name, value, new(static v => v.Fraction(), OptionText.Of, isAllowed, allowed));

    internal T Choice<T>(string name, T value)
        where T : struct, Enum =>
        Value(name, value, new(static v => v.Choice<T>(), static choice => choice.ToString(), static _ => true, ""));

    internal string Text(string name, string value, Func<string, bool> isAllowed, string allowed) =>
        Value(name, value, new(static v => v.Text(), OptionText.Of, isAllowed, allowed));

    internal string? TextOrNone(string name, string? value, Func<string, bool>? isAllowed = null, string allowed = "") =>
        Value(
            name,
            value,
            new(static v => v.TextOrNone(), OptionText.Of, text => text is null || isAllowed?.Invoke(text) != false, allowed));

    internal void Texts(string name, IList<string> list, Func<string, bool> isAllowed, string allowed) =>
        List(name, list, new(static v => v.Text(), static text => $"\"{text}\"", isAllowed, allowed));
}

/// <summary>The rules for the values of one option.</summary>
/// <param name="Read">Reads a value from the configuration.</param>
/// <param name="Show">Shows a value. Equal values give equal text.</param>
/// <param name="IsAllowed">Whether a value is in range.</param>
/// <param name="Allowed">The range as text.</param>
internal sealed record OptionRule<T>(Func<OptionValue, T> Read, Func<T, string> Show, Func<T, bool> IsAllowed, string Allowed);

/// <summary>The durations that an option allows.</summary>
/// <param name="Least">The shortest.</param>
/// <param name="Most">The longest.</param>
/// <param name="OrInfinite">Whether it may be <see cref="Timeout.InfiniteTimeSpan"/>.</param>
/// <param name="Text">The range as text.</param>
internal sealed record DurationRange(TimeSpan Least, TimeSpan Most, bool OrInfinite, string Text)
{
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    // Timers take at most 49 days; a day is beyond any use.
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    internal static readonly DurationRange MoreThanZero =
        new(OneTick, TimeSpan.MaxValue, OrInfinite: false, "more than zero, and finite");

    internal static readonly DurationRange MoreThanZeroOrInfinite =
        new(OneTick, TimeSpan.MaxValue, OrInfinite: true, "more than zero, or infinite");

    internal static readonly DurationRange ZeroOrMore =
        new(TimeSpan.Zero, TimeSpan.MaxValue, OrInfinite: false, "zero or more, and finite");

    internal static readonly DurationRange ZeroOrMoreOrInfinite =
        new(TimeSpan.Zero, TimeSpan.MaxValue, OrInfinite: true, "zero or more, or infinite");

    internal static readonly DurationRange AtMostADay = new(OneTick, Day, OrInfinite: false, "more than zero, at most a day");

    internal static readonly DurationRange UpToADay = new(TimeSpan.Zero, Day, OrInfinite: false, "zero or more, at most a day");

    internal static readonly DurationRange AtMostADayOrInfinite =
        new(OneTick, Day, OrInfinite: true, "more than zero, at most a day, or infinite");

    internal bool Contains(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? OrInfinite : time >= Least && time <= Most;
}
