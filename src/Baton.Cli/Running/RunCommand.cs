using System.CommandLine;
using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Processes;

namespace Baton.Cli.Running;

/// <summary><c>baton run -- PROGRAM [ARGUMENTS]</c>: its options, and what must hold before anything is started.</summary>
internal sealed class RunCommand
{
    // A service that hangs must not keep another from starting.
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(3);

    private readonly Argument<string[]> _program = new("PROGRAM")
    {
        Description = "The program and its arguments, behind --",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<RestartPolicy?> _restart = new("--restart")
    {
        Description = "When the service is started again after its last process has ended: always, on-failure (default), never",
        HelpName = "POLICY",
        CustomParser = ReadPolicy,
    };

    private readonly Option<TimeSpan?> _backOff = DurationOption.Create(
        "--back-off", "The wait after the second crash in a row, doubled with each one; default 1s. None after the first");

    private readonly Option<TimeSpan?> _longest = DurationOption.Create("--back-off-max", "The longest wait; default 30s");

    private readonly Option<TimeSpan?> _reset = DurationOption.Create(
        "--reset-after", "A crash after serving for so long is the first one again; default 60s");

    private readonly Option<int> _giveUp = new("--give-up")
    {
        Description = "Ends after so many crashes in a row; without it never",
        HelpName = "NUMBER",
    };

    private readonly Option<bool> _prefix = new("--prefix")
    {
        Description = "Writes the time, the pid and the generation before each line of the service",
    };

    private readonly Option<bool> _beside = new("--beside")
    {
        Description = "Also where a service of that name runs, as for a takeover",
    };

    private readonly Option<string?> _name = new("--name") { Description = "The service's name", HelpName = "NAME" };

    internal static BatonCommand Create(Action<Command, Func<ParseResult, Invocation, Task<int>>> onRun)
    {
        var parts = new RunCommand();
        var command = new BatonCommand(
            "run",
            "Runs a service as its parent, whose pid stays over restarts.",
            "baton run -- ./shop --urls http://*:8080",
            "baton run --restart always --give-up 10 -- /srv/shop/current/Shop",
            "baton run --prefix -- dotnet Shop.dll")
        {
            Details =
                "Passes signals on to the process that serves, keeps its listeners open and starts it again after a crash, " +
                    "collects processes that have ended, and ends with the service and its exit code. For terminals, process " +
                    "1 of containers, and supervisors that watch one pid. Exit codes of its own: 125 it could not do its " +
                    "work, 126 not executable, 127 no such program, 4 such a service runs already.",
        };
        command.Arguments.Add(parts._program);
        Option[] options =
        [
            parts._restart, parts._backOff, parts._longest, parts._reset, parts._giveUp, parts._prefix, parts._name,
            parts._beside,
        ];
        Array.ForEach(options, command.Options.Add);
        command.Validators.Add(result =>
        {
            if (result.GetValue(parts._giveUp) < 0)
            {
                result.AddError("--give-up is a number of crashes, at least 1.");
            }
        });
        onRun(command, parts.RunAsync);
        return command;
    }

    private static RestartPolicy? ReadPolicy(System.CommandLine.Parsing.ArgumentResult argument)
    {
        RestartPolicy? policy = argument.Tokens[0].Value switch
        {
            "always" => RestartPolicy.Always,
            "on-failure" => RestartPolicy.OnFailure,
            "never" => RestartPolicy.Never,
            _ => null,
        };
        if (policy is null)
        {
            argument.AddError($"\"{argument.Tokens[0].Value}\" is none of always, on-failure, never.");
        }

        return policy;
    }

    private async Task<int> RunAsync(ParseResult parsed, Invocation run)
    {
        RunOptions options = Read(parsed);
        await CheckAsync(options, run.Environment);
        using var loop = new RunLoop(options, line => Tell(run, line));
        return loop.Run();
    }

    private static void Tell(Invocation run, string line)
    {
        try
        {
            run.Error.Line($"baton run: {line}");
        }
        catch (IOException)
        {
            // Nobody reads it. The service goes on.
        }
    }

    private RunOptions Read(ParseResult parsed)
    {
        string[] words = parsed.GetValue(_program) ?? [];
        if (words.Length == 0 || !parsed.Tokens.Any(t => t.Type == System.CommandLine.Parsing.TokenType.DoubleDash))
        {
            throw new CommandException(
                ExitCode.Usage, "Usage", "Give the program behind two dashes: baton run [options] -- PROGRAM [ARGUMENTS]");
        }

        return new RunOptions(words)
        {
            Restart = parsed.GetValue(_restart) ?? RestartPolicy.OnFailure,
            BackOff = Finite(parsed.GetValue(_backOff) ?? RunOptions.UsualBackOff),
            LongestBackOff = Finite(parsed.GetValue(_longest) ?? RunOptions.UsualLongestBackOff),
            ResetAfter = Finite(parsed.GetValue(_reset) ?? RunOptions.UsualResetAfter),
            GiveUp = parsed.GetValue(_giveUp),
            Prefix = parsed.GetValue(_prefix),
            Name = parsed.GetValue(_name),
            Beside = parsed.GetValue(_beside),
        };
    }

    // Infinite is negative.
    private static TimeSpan Finite(TimeSpan time) => time >= TimeSpan.Zero ? time : TimeSpan.MaxValue;

    private static async Task CheckAsync(RunOptions options, CliEnvironment environment)
    {
        if (!Directory.Exists("/proc/self"))
        {
            throw new CommandException(
                ExitCode.OwnFailure, "NoProc", "There is no /proc here: neither baton run nor a service with Baton can work.");
        }

        if (environment.OutputWasClosed)
        {
            throw new CommandException(
                ExitCode.OwnFailure,
                "NoOutput",
                "Standard output or error is closed: the service would write into files of its own. Lead it to /dev/null.");
        }

        _ = ServiceStart.Find(options.Command[0], Environment.CurrentDirectory, environment.Variable("PATH"));
        if (options.Beside)
        {
            return;
        }

        string name = options.Name ?? NameOf(options.Command);
        using var limit = new CancellationTokenSource(LookLimit);
        try
        {
            DiscoveryResult found = await new ServiceFinder(environment).FindAsync(name, environment.UserId, limit.Token);
            if (found.Services.FirstOrDefault(s => s.Status.Name == name) is { } running)
            {
                throw new CommandException(
                    ExitCode.Refused,
                    "AlreadyRuns",
                    Wording.Say($"A service called {name} runs already: process {running.Status.Pid}. To restart it: ") +
                        $"baton restart {name}. To start another one: --name for a name of its own, --beside for a takeover");
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // Something that hangs says nothing. The service itself notices an address that is taken.
        }
    }

    // The name that a service has by itself: that of its program.
    private static string NameOf(IReadOnlyList<string> command) =>
        DotnetHost.IsAssembly(command.ElementAtOrDefault(1) ?? "") && Path.GetFileName(command[0]) == "dotnet"
            ? Path.GetFileNameWithoutExtension(command[1])
            : Path.GetFileName(command[0]);
}
