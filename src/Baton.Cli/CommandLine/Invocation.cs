using System.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;

namespace Baton.Cli.CommandLine;

/// <summary>One run of one command: its options and its outputs.</summary>
internal sealed class Invocation
{
    private readonly string? _socket;
    private readonly string? _user;

    internal Invocation(CliEnvironment environment, GlobalOptions options, ParseResult parsed)
    {
        Environment = environment;
        Command = parsed.CommandResult.Command.Name;
        IsJson = parsed.GetValue(options.Json);
        IsQuiet = parsed.GetValue(options.Quiet);
        _socket = parsed.GetValue(options.Socket);
        _user = parsed.GetValue(options.User);
        bool noColor = parsed.GetValue(options.NoColor);
        Output = new Screen(environment.Output, environment.OutputIsTerminal, noColor, environment);
        Error = new Screen(environment.Error, environment.ErrorIsTerminal, noColor, environment);
        Json = new JsonLines(environment.Output, Command);
    }

    internal CliEnvironment Environment { get; }

    internal string Command { get; }

    internal bool IsJson { get; }

    internal bool IsQuiet { get; }

    /// <summary>Data for people.</summary>
    internal Screen Output { get; }

    /// <summary>Messages and progress for people.</summary>
    internal Screen Error { get; }

    /// <summary>Data for programs.</summary>
    internal JsonLines Json { get; }

    private uint? User => _user is null ? null : ServiceUser.Find(_user);

    /// <summary>All services, or those of <c>--user</c>, or the one of <c>--socket</c>.</summary>
    /// <exception cref="CommandException">There is no service at the socket that was given.</exception>
    internal async Task<DiscoveryResult> FindAllAsync(CancellationToken cancellationToken = default) => _socket is null
        ? await new ServiceFinder(Environment).FindAsync(null, User, cancellationToken)
        : new DiscoveryResult([await ChooseAsync(null, cancellationToken)], [], []);

    /// <exception cref="CommandException">There is none, or more than one.</exception>
    internal Task<FoundService> ChooseAsync(string? wanted, CancellationToken cancellationToken = default)
    {
        var choice = new ServiceChoice(Environment, User);
        return _socket is null ? choice.MakeAsync(wanted, cancellationToken)
            : wanted is null ? choice.AtAsync(_socket, cancellationToken)
            : throw new CommandException(ExitCode.Usage, "Usage", $"Give either --socket or {wanted}, not both.");
    }

    /// <summary>Reports why the command ends: as JSON only with <c>--json</c>.</summary>
    internal int Fail(CommandException failure)
    {
        if (IsJson)
        {
            Json.WriteResult(failure.ExitCode, failure.Failure, failure.Message, json =>
            {
                if (failure.Processes.Count > 0)
                {
                    JsonLines.WriteProcesses(json, failure.Processes);
                }
            });
        }
        else
        {
            foreach (string line in failure.Message.Split('\n'))
            {
                Error.Line(line);
            }
        }

        return failure.ExitCode;
    }
}
