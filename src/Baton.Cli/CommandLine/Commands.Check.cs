using System.CommandLine;
using Baton.Cli.Operations;
using Baton.Control;

namespace Baton.Cli.CommandLine;

/// <content>Of a program, or of the service itself.</content>
internal sealed partial class Commands
{
    private BatonCommand Check()
    {
        var command = new BatonCommand(
            "check",
            "Checks the program that a restart would start, or that the service is stable; changes nothing.",
            "baton check shop",
            "baton check shop --program /srv/shop/releases/42/Shop && echo good",
            "baton check shop --stable-for 60s")
        {
            Details =
                "The program must be there, allowed (AllowedProgramDirectories), and pass its own check, if the service has " +
                    "one (CheckArguments). With --stable-for the service itself is watched: it must serve, as the same " +
                    "process, and no restart may begin in that time.",
        };
        Argument<string?> service = AddService(command);
        Option<string?> program = AddProgram(command, "Checks this program instead of the one the service was started as");
        Option<TimeSpan?> timeout = WaitOptions.AddTimeout(command);
        Option<TimeSpan?> stable = DurationOption.Create(
            "--stable-for", "Watches the service for this time, such as 60s, instead of checking its program");
        command.Options.Add(stable);
        command.Validators.Add(result =>
        {
            // Infinite is negative.
            if (result.GetValue(stable) is { } time && (time <= TimeSpan.Zero || result.GetResult(program) is not null))
            {
                result.AddError("--stable-for is a time, not infinite, and goes without --program.");
            }
        });
        Waiting Limit(ParseResult parsed) => new(true, parsed.GetValue(timeout) ?? Waiting.UsualTimeout);
        OnRun(command, async (parsed, run) => parsed.GetValue(stable) is { } time
            ? await StabilityCheck.RunAsync(run, await run.ChooseAsync(parsed.GetValue(service)), time)
            : await OperateAsync(parsed, run, service, Limit, parsed => new ControlRequest(ControlCommand.Check)
            {
                Program = AbsoluteProgram(parsed.GetValue(program)),
            }));
        return command;
    }
}
