using System.CommandLine;

namespace Baton.Cli.CommandLine;

/// <summary>Whether to wait for the end of an operation, and for how long.</summary>
internal readonly record struct Waiting(bool Wait, TimeSpan Timeout)
{
    /// <summary>Longer than the default limits of a service together: check 30 s, start 60 s, probation 10 s.</summary>
    internal static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(2);
}

/// <summary><c>--wait</c>, <c>--no-wait</c> and <c>--timeout</c>.</summary>
internal sealed class WaitOptions
{
    private readonly Option<bool> _wait = new("--wait") { Description = "Waits for the end; the default" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Ends as soon as the service has begun" };
    private readonly Option<TimeSpan?> _timeout;

    private WaitOptions(Option<TimeSpan?> timeout) => _timeout = timeout;

    internal static WaitOptions AddTo(Command command)
    {
        WaitOptions options = new(AddTimeout(command));
        command.Options.Add(options._wait);
        command.Options.Add(options._noWait);
        command.Validators.Add(result =>
        {
            if (result.GetValue(options._wait) && result.GetValue(options._noWait))
            {
                result.AddError("--wait and --no-wait contradict each other.");
            }
        });
        return options;
    }

    internal static Option<TimeSpan?> AddTimeout(Command command)
    {
        Option<TimeSpan?> timeout = DurationOption.Create(
            "--timeout", "How long to wait, such as 90s, or infinite; default 2m. The operation itself goes on");
        command.Options.Add(timeout);
        return timeout;
    }

    internal Waiting Read(ParseResult parsed) =>
        new(!parsed.GetValue(_noWait), parsed.GetValue(_timeout) ?? Waiting.UsualTimeout);
}
