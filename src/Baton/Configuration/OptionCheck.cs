using Baton.Processes;

namespace Baton.Configuration;

/// <summary>Checks every option. Throws for the first one out of range.</summary>
/// <param name="prefix">The prefix of the names.</param>
internal sealed class OptionCheck(string prefix = "") : OptionVisitor
{
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    internal override T Value<T>(string name, T value, OptionRule<T> rule) =>
        rule.IsAllowed(value) ? value : throw Refuse(name, value, rule.Show(value), rule.Allowed);

    internal override void List<T>(string name, IList<T> list, OptionRule<T> rule)
    {
        if (!list.All(rule.IsAllowed))
        {
            throw Refuse(name, list, string.Join(", ", list.Select(rule.Show)), rule.Allowed);
        }
    }

    internal override void Signals(string presetKey, string name, SignalTable signals)
    {
        foreach (int number in signals.Numbers)
        {
            SignalAction action = signals[SignalNumber.ToPosix(number)]!.Value;
            string? allowed = SignalNumber.WhyNot(number) is { } why ? $"no action: {why}"
                : !Enum.IsDefined(action) ? string.Join(", ", Enum.GetNames<SignalAction>())
                : null;
            if (allowed is not null)
            {
                throw Refuse($"{name}:{SignalNumber.NameOf(number)}", action, action.ToString(), allowed);
            }
        }
    }

    internal override void Section(string name, string example, Action<OptionVisitor> describe) =>
        describe(new OptionCheck($"{prefix}{name}."));

    private ArgumentOutOfRangeException Refuse(string name, object? value, string shown, string allowed) =>
        new(prefix + name, value, $"{prefix}{name} is {shown}; allowed is {allowed}.");
}
