using Baton.Processes;

namespace Baton.Configuration;

/// <summary>
/// Sets options from a configuration section. Reports all errors at once, each with its key. Options that are not in the section
/// keep their values.
/// </summary>
internal sealed class OptionBinder : OptionVisitor
{
    private readonly OptionValue _section;
    private readonly Dictionary<string, OptionValue> _given;
    private readonly List<string> _known = [];
    private readonly List<string> _failures;

    private OptionBinder(OptionValue section, List<string> failures) =>
        (_section, _given, _failures) = (section, section.ByKey(), failures);

    /// <returns>The errors; empty if there are none.</returns>
    internal static List<string> Bind(OptionValue section, string example, Action<OptionVisitor> describe)
    {
        var failures = new List<string>();
        Bind(section, example, describe, failures);
        return failures;
    }

    internal override T Value<T>(string name, T value, OptionRule<T> rule)
    {
        T bound = value;
        Given(name, given =>
        {
            bound = rule.Read(given);
            if (!rule.IsAllowed(bound))
            {
                throw given.Refuse(rule.Allowed);
            }
        });
        return bound;
    }

    internal override void List<T>(string name, IList<T> list, OptionRule<T> rule) => Given(name, given =>
    {
        list.Clear();
        foreach (OptionValue item in given.Items())
        {
            T read = rule.Read(item);
            list.Add(rule.IsAllowed(read) ? read : throw item.Refuse(rule.Allowed));
        }
    });

    internal override void Signals(string presetKey, string name, SignalTable signals)
    {
        Given(presetKey, given => signals.Use(given.Choice<SignalPreset>()));
        Given(name, given =>
        {
            given.RequireSection("SIGUSR1");
            foreach (OptionValue row in given.Children())
            {
                Set(signals, row);
            }
        });
    }

    internal override void Section(string name, string example, Action<OptionVisitor> describe) =>
        Given(name, given => Bind(given, example, describe, _failures));

    private static void Bind(OptionValue section, string example, Action<OptionVisitor> describe, List<string> failures)
    {
        var binder = new OptionBinder(section, failures);
        binder.Attempt(() => section.RequireSection(example));
        describe(binder);
        foreach (OptionValue unknown in binder._given.Values)
        {
            failures.Add(unknown.Unknown(binder._known).Message);
        }
    }

    // "None" removes a signal from the table.
    private static void Set(SignalTable signals, OptionValue row)
    {
        int signal = SignalNumber.Parse(row.Key);
        if (SignalNumber.WhyNot(signal) is { } trouble)
        {
            throw row.Refuse($"nothing, since {(signal == 0 ? "there is no signal of that name" : trouble)}");
        }

        bool none = "None".Equals(row.Value, StringComparison.OrdinalIgnoreCase);
        signals[SignalNumber.ToPosix(signal)] = none
            ? null
            : OptionValue.Named<SignalAction>(row.Value)
                ?? throw row.Refuse($"{string.Join(", ", Enum.GetNames<SignalAction>())}, None");
    }

    private void Given(string name, Action<OptionValue> bind)
    {
        _known.Add(name);
        if (_given.Remove(name, out OptionValue? given))
        {
            Attempt(() => bind(given));
        }
    }

    private void Attempt(Action bind)
    {
        try
        {
            bind();
        }
        catch (FormatException e)
        {
            _failures.Add(e.Message);
        }
    }
}
