using Baton.Configuration;

namespace Baton.Tests.Conventions;

/// <summary>The keys of all options that are data, in the order of their description.</summary>
internal sealed class OptionKeys(string prefix = "") : OptionVisitor
{
    internal List<string> All { get; } = [];

    internal override T Value<T>(string name, T value, OptionRule<T> rule)
    {
        All.Add(prefix + name);
        return value;
    }

    internal override void List<T>(string name, IList<T> list, OptionRule<T> rule) => All.Add(prefix + name);

    internal override void Signals(string presetKey, string name, SignalTable signals) => All.AddRange([prefix + presetKey, prefix + name]);

    internal override void Section(string name, string example, Action<OptionVisitor> describe)
    {
        var keys = new OptionKeys($"{prefix}{name}:");
        describe(keys);
        Assert.Contains($"{prefix}{name}:{example}", keys.All);
        All.AddRange(keys.All);
    }
}
