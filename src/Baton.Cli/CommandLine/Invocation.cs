using System.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;

namespace Baton.Cli.CommandLine;

/// <summary>One run of one command: where it writes, and how.</summary>
internal sealed class Invocation
{
    private readonly string? _socket;
    private readonly string? _user;

    internal Invocation(Surroundings around, GlobalOptions options, ParseResult parsed)
    {
        Around = around;
        Command = parsed.CommandResult.Command.Name;
        IsJson = parsed.GetValue(options.Json);
        IsQuiet = parsed.GetValue(options.Quiet);
        _socket = parsed.GetValue(options.Socket);
        _user = parsed.GetValue(options.User);
        bool noColor = parsed.GetValue(options.NoColor);
        Output = new Screen(around.Output, around.OutputIsTerminal, noColor, around);
        Error = new Screen(around.Error, around.ErrorIsTerminal, noColor, around);
        Json = new JsonLines(around.Output, Command);
    }

    internal Surroundings Around { get; }

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

    /// <summary>All services, or those of <c>--user</c>; the one of <c>--socket</c>, if that was given.</summary>
    /// <exception cref="CommandException">There is no service at the socket that was given.</exception>
    internal async Task<Findings> FindAllAsync(CancellationToken cancellationToken = default) => _socket is null
        ? await new ServiceFinder(Around).FindAsync(null, User, cancellationToken)
        : new Findings([await ChooseAsync(null, cancellationToken)], [], []);

    /// <exception cref="CommandException">There is none, or more than one.</exception>
    internal Task<FoundService> ChooseAsync(string? wanted, CancellationToken cancellationToken = default)
    {
        var choice = new ServiceChoice(Around, User);
        return _socket is null ? choice.MakeAsync(wanted, cancellationToken)
            : wanted is null ? choice.AtAsync(_socket, cancellationToken)
            : throw new CommandException(ExitCode.Usage, "Usage", $"Give either --socket or {wanted}, not both.");
    }

    /// <summary>Tells why the command can't go on: as JSON only to those who asked for it.</summary>
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
