using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Baton.Cli.Completion;
using Baton.Cli.Output;

namespace Baton.Cli.CommandLine;

/// <summary>The command line as a whole.</summary>
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

    internal static async Task<int> RunAsync(string[] args, Surroundings around)
    {
        Command root = Create(around);
        ParseResult parsed = Parse(root, args);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            return Misused(parsed, args.Contains("--json"), around);
        }

        InvocationConfiguration configuration = new()
        {
            Output = around.Output,
            Error = around.Error,
            EnableDefaultExceptionHandler = false,

            // Commands that wait hear ^C by Interruption; all others just end.
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration);
    }

    /// <summary>Without response files: an argument that begins with <c>@</c> is one like any other.</summary>
    internal static ParseResult Parse(Command root, IReadOnlyList<string> args) => root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    internal static Command Create(Surroundings around)
    {
        GlobalOptions options = new();

        // No RootCommand: that would call itself as the assembly is called.
        Command root = new("baton", Description) { new HelpOption("--help", "-h"), new VersionOption() };
        options.AddTo(root);
        var commands = new Commands(around, options);
        foreach (Command command in commands.All())
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(CompletionCommand.Create(around));
        root.Subcommands.Add(CompletionCommand.CreateWords(around, () => Create(around)));
        HelpWithExamples.Replace(
            root,
            Math.Min(around.OutputIsTerminal ? around.Width() : Surroundings.UsualWidth, 100),
            "baton list                     all services of yours",
            "baton status                   the only service, or: baton status shop",
            "baton restart shop             a new process, and wait until it serves for good",
            "baton status shop --json | jq .status.state");
        return root;
    }

    private static int Misused(ParseResult parsed, bool json, Surroundings around)
    {
        Command asked = parsed.CommandResult.Command;
        string[] errors = [.. parsed.Errors.Select(e => e.Message).Distinct()];
        if (json)
        {
            new JsonLines(around.Output, asked.Name)
                .WriteResult(ExitCode.Usage, "Usage", string.Join(' ', errors));
            return ExitCode.Usage;
        }

        var screen = new Screen(around.Error, isTerminal: false, noColor: true, around);
        foreach (string error in errors)
        {
            screen.Line(error);
        }

        screen.Line($"See {(asked.Parents.Any() ? "baton " : "")}{asked.Name} --help.");
        return ExitCode.Usage;
    }
}
