using System.CommandLine;

namespace Baton.Cli.CommandLine;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class BatonCommand(string name, string description, params IReadOnlyList<string> examples)
    : Command(name, description)
{
    internal IReadOnlyList<string> Examples => examples;

    /// <summary>Further text for the help, below the one sentence of the description.</summary>
    internal string Details { get; init; } = "";
}
