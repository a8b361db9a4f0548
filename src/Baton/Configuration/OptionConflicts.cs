namespace Baton.Configuration;

/// <summary>The options that a process has once, however many servers it has; the first one's hold.</summary>
internal static class OptionConflicts
{
    /// <summary>What a later server wants otherwise. What it leaves at its default is no wish.</summary>
    /// <param name="later">The options of the later server.</param>
    /// <param name="holding">The options that hold.</param>
    /// <returns>Such as <c>DrainTimeout (00:00:05 instead of 00:01:00)</c>.</returns>
    internal static string[] Find(RestarterOptions later, RestarterOptions holding)
    {
        if (ReferenceEquals(later, holding))
        {
            return [];
        }

        Dictionary<string, string> defaults = Texts(new RestarterOptions()), held = Texts(holding);
        return
        [
            .. from option in Texts(later)

               // Hooks are code, and compared with nothing: those of a later server are never called.
               let isCode = option.Key == nameof(RestarterOptions.Hooks)
               where option.Value != defaults[option.Key] && (option.Value != held[option.Key] || isCode)
               select isCode ? option.Key : $"{option.Key} ({option.Value} instead of {held[option.Key]})",
        ];
    }

    /// <summary>What is the process's, in the order of its description.</summary>
    internal static Dictionary<string, string> Texts(RestarterOptions options)
    {
        var all = new Dictionary<string, string>();
        options.DescribeProcess(new Collector(all, prefix: ""));
        return all;
    }

    private sealed class Collector(Dictionary<string, string> all, string prefix) : OptionVisitor
    {
        internal override T Value<T>(string name, T value, OptionRule<T> rule)
        {
            all[prefix + name] = rule.Show(value);
            return value;
        }

        internal override void List<T>(string name, IList<T> list, OptionRule<T> rule) =>
            all[prefix + name] = $"[{string.Join(", ", list.Select(rule.Show))}]";

        internal override void Signals(string presetKey, string name, SignalTable signals) => all[prefix + name] = signals.ToString();

        internal override void Code(string name, bool hasAny) => all[prefix + name] = hasAny ? "some" : "none";

        internal override void Section(string name, string example, Action<OptionVisitor> describe) =>
            describe(new Collector(all, $"{prefix}{name}."));
    }
}
