using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Baton.Cli.CommandLine;

namespace Baton.Cli.Completion;

/// <summary><c>baton completion SHELL</c>, and the hidden command that its scripts call.</summary>
internal static class CompletionCommand
{
    private static readonly string[] SentenceEnds = ["\n", "\t", ". ", "; ", ": "];
    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    internal static Command Create(CliEnvironment environment)
    {
        Argument<string> shell = new("shell")
        {
            HelpName = "bash|zsh|fish|pwsh",
            Description = "The shell to write the script for",
        };
        shell.AcceptOnlyFromAmong(Shells);
        var command = new BatonCommand(
            "completion",
            "Writes a completion script for a shell.",
            "source <(baton completion bash)              bash, in ~/.bashrc",
            "source <(baton completion zsh)               zsh, in ~/.zshrc after compinit",
            "baton completion fish | source               fish, in config.fish",
            "baton completion pwsh | Out-String | iex     PowerShell, in $PROFILE")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            environment.Output.Write(Script(parsed.GetRequiredValue(shell)));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>
    /// For the scripts: <c>baton __complete POSITION LINE</c> writes one line for each word that may come next: the word, a
    /// tabulator, and
    /// its description.
    /// </summary>
    internal static Command CreateCompleter(CliEnvironment environment, Func<Command> root)
    {
        Argument<int> position = new("position");
        Argument<string> line = new("line");
        Command command = new("__complete", "The words that may come at a position of a line") { position, line };
        command.Hidden = true;
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            string text = parsed.GetRequiredValue(line);
            int at = Math.Clamp(parsed.GetValue(position), 0, text.Length);
            foreach (CompletionItem word in Complete(root(), text, at))
            {
                environment.Output.WriteLine($"{word.Label}\t{Brief(word.Detail ?? word.Documentation)}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    internal static string Script(string shell)
    {
        using Stream script = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"completion.{shell}")!;
        using var reader = new StreamReader(script);
        return reader.ReadToEnd();
    }

    private static IEnumerable<CompletionItem> Complete(Command root, string line, int position)
    {
        string before = line[..position];
        ParseResult parsed = root.Parse(before);
        string word = before.Length == 0 || char.IsWhiteSpace(before[^1])
            ? ""
            : CommandLineParser.SplitCommandLine(before).Last();

        // System.CommandLine also offers words that contain the text elsewhere than at their start.
        return parsed.GetCompletions(position)
            .Where(c => c.Label.StartsWith(word, StringComparison.Ordinal) && c.Label is not ("-h" or "-q"))
            .DistinctBy(c => c.Label);
    }

    // The shell shows a table: the first sentence is enough.
    private static string Brief(string? text) =>
        text is null ? "" : text.Split(SentenceEnds, StringSplitOptions.None)[0].TrimEnd('.');
}
