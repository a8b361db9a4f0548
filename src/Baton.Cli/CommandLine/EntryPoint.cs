using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Baton.Cli.Completion;
using Baton.Cli.Output;

namespace Baton.Cli.CommandLine;

/// <summary>The whole command line.</summary>
internal static class EntryPoint
{
    private const string Description =
        """
        Shows and drives services that restart gracefully with Baton.

        Exit codes: 0 done; 1 failed, the old process serves; 2 wrong usage; 3 no such
        service; 4 refused or busy; 5 not over in time, the operation goes on;
        6 the service is there and does not answer; 130 interrupted, the operation
        goes on.
        """;

    internal static async Task<int> RunAsync(string[] args, CliEnvironment environment)
    {
        Command root = Create(environment);
        ParseResult parsed = Parse(root, args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            return Misused(parsed, args.Contains("--json"), environment);
        }

        InvocationConfiguration configuration = new()
        {
            Output = environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,

            // Commands that wait handle ^C by Interruption; all others end at once.
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration);
    }

    /// <summary>Response files are off: an argument that begins with <c>@</c> is an ordinary one.</summary>
    internal static ParseResult Parse(Command root, IReadOnlyList<string> args) =>
        root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    internal static Command Create(CliEnvironment environment)
    {
        GlobalOptions options = new();

        // Not a RootCommand, which takes the name of the assembly.
        Command root = new("baton", Description) { new HelpOption("--help", "-h"), new VersionOption() };
        options.AddTo(root);
        var commands = new Commands(environment, options);
        foreach (Command command in commands.All())
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(CompletionCommand.Create(environment));
        root.Subcommands.Add(CompletionCommand.CreateCompleter(environment, () => Create(environment)));
        HelpWithExamples.Replace(
            root,
            Math.Min(environment.OutputIsTerminal ? environment.Width() : CliEnvironment.UsualWidth, 100),
            "baton list                     all services of yours",
            "baton status                   the only service, or: baton status shop",
            "baton restart shop             a new process, and wait until it serves for good",
            "baton doctor                   what is wrong, and the command that mends it",
            "baton status shop --json | jq .status.state");
        return root;
    }

    /// <summary>The command line with its first unknown word replaced by the nearest known one; null if none is near.</summary>
    private static string? MeantBy(ParseResult parsed, Command asked)
    {
        IEnumerable<string> arguments = parsed.Tokens.Where(t => t.Type == TokenType.Argument).Select(t => t.Value);
        string? unknown = arguments.FirstOrDefault(ServiceArgument.IsOption)
            ?? (parsed.UnmatchedTokens is [var first, ..] ? first : null);
        if (unknown is null)
        {
            return null;
        }

        bool isOption = ServiceArgument.IsOption(unknown);
        string? known = Suggestion.For(unknown.Split('=')[0], Suggestion.WordsOf(asked, isOption));
        return known is null ? null : asked.Parents.Any() ? $"{asked.Name} {known}" : known;
    }

    private static int Misused(ParseResult parsed, bool json, CliEnvironment environment)
    {
        Command asked = parsed.CommandResult.Command;
        string[] errors = [.. parsed.Errors.Select(e => e.Message).Distinct()];
        if (MeantBy(parsed, asked) is { } meant)
        {
            errors = [.. errors, $"Did you mean: baton {meant}"];
        }

        if (json)
        {
            new JsonLines(environment.Output, asked.Name)
                .WriteResult(ExitCode.Usage, "Usage", string.Join(' ', errors));
            return ExitCode.Usage;
        }

        var screen = new Screen(environment.Error, isTerminal: false, noColor: true, environment);
        foreach (string error in errors)
        {
            screen.Line(error);
        }

        screen.Line($"See {(asked.Parents.Any() ? "baton " : "")}{asked.Name} --help.");
        return ExitCode.Usage;
    }
}
