using System.CommandLine;
using Baton.Cli.Diagnosis;
using Baton.Cli.Discovery;
using Baton.Cli.Operations;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.CommandLine;

/// <summary>The commands about services: their arguments and options, and what they call.</summary>
internal sealed partial class Commands(CliEnvironment environment, GlobalOptions options)
{
    internal IEnumerable<Command> All() =>
    [
        List(), Status(), Restart(), RollBack(), Confirm(), Shutdown(), Force(), Watch(), Check(), History(), Logs(), Doctor(),
        Running.RunCommand.Create(OnRun),
    ];

    private BatonCommand List()
    {
        var command = new BatonCommand(
            "list", "Lists the services of this user.", "baton list", "baton list --json | jq -r '.services[].status.name'")
        {
            Details =
                "Root sees the services of all users, --user those of one. Services are found by their control sockets in " +
                    "$BATON_CONTROL_DIR or, without it, /run/*/baton, /run/user/UID/baton, $XDG_RUNTIME_DIR/baton, " +
                    "$TMPDIR/baton-UID and /tmp/baton-UID.",
        };
        OnRun(command, ListCommand.RunAsync);
        return command;
    }

    private BatonCommand Status()
    {
        var command = new BatonCommand(
            "status",
            "Shows a service: its processes, what they have open, the last restarts.",
            "baton status",
            "baton status shop",
            "baton status 4711 --json | jq .status.version");
        Argument<string?> service = AddService(command);
        Option<bool> serving = new("--serving")
        {
            Description = "Exits with 1 unless the service accepts connections: for health checks",
        };
        command.Options.Add(serving);
        OnRun(command, async (parsed, run) =>
            StatusCommand.Show(run, await run.ChooseAsync(parsed.GetValue(service)), parsed.GetValue(serving)));
        return command;
    }

    private BatonCommand History()
    {
        var command = new BatonCommand(
            "history",
            "Shows all restarts that a service remembers, with their phases.",
            "baton history shop",
            "baton history shop --json | jq '.restarts[0].failure'");
        Argument<string?> service = AddService(command);
        OnRun(command, async (parsed, run) => HistoryCommand.Show(run, await run.ChooseAsync(parsed.GetValue(service))));
        return command;
    }

    private BatonCommand Logs()
    {
        var command = new BatonCommand(
            "logs",
            "Shows the last lines of a service's log, or where they are.",
            "baton logs shop",
            "baton logs shop --lines 200 | grep Baton")
        {
            Details =
                "The lines come from the file to which standard output goes. Where it goes elsewhere, to the journal for " +
                    "example, the command that shows it is named. A logger with files of its own is not known here.",
        };
        Argument<string?> service = AddService(command);
        Option<int> lines = new("--lines", "-n")
        {
            Description = "How many lines; default 50",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => 50,
        };
        command.Options.Add(lines);
        OnRun(command, async (parsed, run) =>
            LogsCommand.Show(run, await run.ChooseAsync(parsed.GetValue(service)), parsed.GetValue(lines)));
        return command;
    }

    private BatonCommand Doctor()
    {
        var command = new BatonCommand(
            "doctor",
            "Looks for what is wrong, and names the command that mends it.",
            "baton doctor",
            "baton doctor shop --pid-file /run/shop.pid",
            "baton doctor --json | jq -r '.findings[] | select(.isGood | not) | .remedy'")
        {
            Details =
                "Looks at sockets and their directories, processes that do not answer, two services of one name, the program " +
                    "that the next restart starts, the systemd unit, the pid file. 0 means that all is well, else 1.",
        };
        Argument<string?> service = AddService(command);
        Option<string?> pidFile = new("--pid-file")
        {
            Description = "Also checks that this file names the service",
            HelpName = "PATH",
        };
        command.Options.Add(pidFile);
        OnRun(command, (parsed, run) => DoctorCommand.RunAsync(run, parsed.GetValue(service), parsed.GetValue(pidFile)));
        return command;
    }

    private BatonCommand Restart()
    {
        var command = new BatonCommand(
            "restart",
            "Restarts a service and waits until the new process serves for good.",
            "baton restart",
            "baton restart shop --timeout 5m",
            "baton restart shop --program /srv/shop/releases/42/Shop",
            "baton restart shop --confirm-within 30m",
            "baton restart shop --json | tail -n 1 | jq -r .explanation")
        {
            Details =
                "A new process takes over, the old one finishes what it has and ends. 0 means that the new one has passed its " +
                    "probation; else the old one serves, or serves again, and the reason is shown. ^C ends the watching, " +
                    "not the restart.",
        };
        Argument<string?> service = AddService(command);
        Option<string?> program = AddProgram(
            command,
            "Starts this program, which the service must allow (AllowedProgramDirectories); a path as the service sees it");
        Option<TimeSpan?> confirm = DurationOption.Create(
            "--confirm-within",
            "The old process takes over again unless baton confirm comes within this time, such as 30m; at most 24h");
        command.Options.Add(confirm);
        command.Validators.Add(result =>
        {
            // Infinite is negative.
            if (result.GetValue(confirm) is { } limit && (limit <= TimeSpan.Zero || limit > TimeSpan.FromDays(1)))
            {
                result.AddError("--confirm-within is more than zero, and at most 24h.");
            }
        });
        WaitOptions wait = WaitOptions.AddTo(command);
        OnOperate(command, service, wait.Read, parsed => new ControlRequest(ControlCommand.Restart)
        {
            Program = AbsoluteProgram(parsed.GetValue(program)),
            ConfirmWithin = parsed.GetValue(confirm),
        });
        return command;
    }

    private BatonCommand RollBack() => Decide(
        ControlCommand.RollBack,
        "rollback",
        "Takes back the restart that is on probation: the old process serves again, at once.",
        "After the probation it is refused: then restart with the former program.");

    private BatonCommand Confirm() => Decide(
        ControlCommand.Confirm,
        "confirm",
        "Confirms a restart that was begun with --confirm-within: the new process serves for good.",
        "Without it the old process takes over again when the time is over.");

    private BatonCommand Decide(ControlCommand decision, string name, string description, string details)
    {
        var command = new BatonCommand(name, description, $"baton {name} shop") { Details = details };
        Argument<string?> service = AddService(command);
        Option<TimeSpan?> timeout = WaitOptions.AddTimeout(command);
        Waiting Limit(ParseResult parsed) => new(true, parsed.GetValue(timeout) ?? Waiting.UsualTimeout);
        OnOperate(command, service, Limit, _ => new ControlRequest(decision));
        return command;
    }

    private BatonCommand Shutdown()
    {
        var command = new BatonCommand(
            "shutdown",
            "Ends a service, once it has finished what it has.",
            "baton shutdown shop",
            "baton shutdown shop --force",
            "baton shutdown shop --no-wait");
        Argument<string?> service = AddService(command);
        Option<bool> force = new("--force") { Description = "Cuts open work instead of waiting for it" };
        command.Options.Add(force);
        WaitOptions wait = WaitOptions.AddTo(command);
        OnOperate(command, service, wait.Read, parsed => new ControlRequest(ControlCommand.Shutdown)
        {
            Force = parsed.GetValue(force),
        });
        return command;
    }

    private BatonCommand Force()
    {
        var command = new BatonCommand(
            "force", "Ends processes that still finish their work, now.", "baton force shop")
        {
            Details = "What they have open is cut. The process that serves is not touched, unless the service is shutting down.",
        };
        Argument<string?> service = AddService(command);
        OnOperate(
            command,
            service,
            static _ => new Waiting(true, Waiting.UsualTimeout),
            static _ => new ControlRequest(ControlCommand.Force));
        return command;
    }

    private BatonCommand Watch()
    {
        var command = new BatonCommand(
            "watch",
            "Shows what happens to a service, until ^C.",
            "baton watch shop",
            "baton watch shop --json | jq -c '.status.state // empty'");
        Argument<string?> service = AddService(command);
        OnRun(command, async (parsed, run) => await WatchCommand.RunAsync(run, await run.ChooseAsync(parsed.GetValue(service))));
        return command;
    }

    private void OnOperate(
        Command command,
        Argument<string?> service,
        Func<ParseResult, Waiting> wait,
        Func<ParseResult, ControlRequest> read) =>
        OnRun(command, (parsed, run) => OperateAsync(parsed, run, service, wait, read));

    private static async Task<int> OperateAsync(
        ParseResult parsed,
        Invocation run,
        Argument<string?> service,
        Func<ParseResult, Waiting> wait,
        Func<ParseResult, ControlRequest> read)
    {
        FoundService found = await run.ChooseAsync(parsed.GetValue(service));
        Waiting waiting = wait(parsed);
        ControlRequest request = read(parsed) with { Wait = waiting.Wait, By = Caller.Describe(run.Environment) };
        return await OperateCommand.RunAsync(run, found, request, waiting.Timeout);
    }

    // The service may have another working directory than the caller.
    private static string? AbsoluteProgram(string? program) => program is null ? null : Path.GetFullPath(program);

    private Argument<string?> AddService(Command command)
    {
        Argument<string?> service = ServiceArgument.Create(environment);
        command.Arguments.Add(service);
        return service;
    }

    private static Option<string?> AddProgram(Command command, string description)
    {
        Option<string?> program = new("--program") { Description = description, HelpName = "PATH" };
        command.Options.Add(program);
        return program;
    }

    private void OnRun(Command command, Func<ParseResult, Invocation, Task<int>> body) => command.SetAction(async (parsed, _) =>
    {
        var run = new Invocation(environment, options, parsed);
        try
        {
            return await body(parsed, run);
        }
        catch (CommandException failure)
        {
            return run.Fail(failure);
        }
    });
}
