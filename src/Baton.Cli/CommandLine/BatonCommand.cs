using System.CommandLine;

namespace Baton.Cli.CommandLine;

/// <summary>A command with examples, which end its help.</summary>
internal sealed class BatonCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    internal IReadOnlyList<string> Examples => examples;

    /// <summary>What the one sentence of the description leaves out.</summary>
    internal string Details { get; init; } = "";
}
