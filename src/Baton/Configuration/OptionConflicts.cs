namespace Baton.Configuration;

/// <summary>The options that a process has once, however many servers it has. The first server's values apply.</summary>
internal static class OptionConflicts
{
    /// <summary>The differences of a later server. Options at their default are no difference.</summary>
    /// <param name="later">The options of the later server.</param>
    /// <param name="holding">The options that apply.</param>
    /// <returns>Such as <c>DrainTimeout (00:00:05 instead of 00:01:00)</c>.</returns>
    internal static string[] Find(RestarterOptions later, RestarterOptions holding)
    {
        if (ReferenceEquals(later, holding))
        {
            return [];
        }

        Dictionary<string, string> defaults = Texts(new RestarterOptions()), held = Texts(holding);
        const string Judge = $"{nameof(RestarterOptions.Judge)}.{nameof(ProbationJudgeOptions.Decide)}";
        return
        [
            .. from option in Texts(later)

               // Code cannot be compared. That of a later server is never called.
               let isCode = option.Key is nameof(RestarterOptions.Hooks) or Judge
               where option.Value != defaults[option.Key] && (option.Value != held[option.Key] || isCode)
               select isCode ? option.Key : $"{option.Key} ({option.Value} instead of {held[option.Key]})",
        ];
    }

    /// <summary>The process's options, in the order of their description.</summary>
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

        internal override void Signals(string presetKey, string name, SignalTable signals) =>
            all[prefix + name] = signals.ToString();

        internal override void Code(string name, bool hasAny) => all[prefix + name] = hasAny ? "some" : "none";

        internal override void Section(string name, string example, Action<OptionVisitor> describe) =>
            describe(new Collector(all, $"{prefix}{name}."));
    }
}
