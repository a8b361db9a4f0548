using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// Shows the outcome to people: on standard output what holds now, on standard error what failed and why.
/// </summary>
internal sealed class OutcomeView(Invocation run, FoundService service, ControlRequest request)
{
    private string Name => service.Status.Name;

    internal void Write(OperationOutcome outcome)
    {
        switch (outcome.ExitCode)
        {
            case ExitCode.Done:
                run.Output.Line(new StyledText(Success(outcome), StyledText.Good));
                break;
            case ExitCode.Failed or ExitCode.Refused or ExitCode.RolledBack:
                string how = outcome.ExitCode == ExitCode.Refused ? "was refused" : "failed";
                run.Error.Line(new StyledText($"{Noun} of {Name} {how}: {outcome.Failure}", StyledText.Bad));
                WriteReason(outcome.Explanation);
                break;
            default:
                run.Error.Line(new StyledText(outcome.Explanation, StyledText.Attention));
                break;
        }
    }

    private string Noun => request.Command.ToString();

    private string Success(OperationOutcome outcome) => request switch
    {
        { Wait: false } => outcome.Explanation,
        { Command: ControlCommand.Restart } when outcome is { Record: null, Explanation.Length: > 0 } =>
            $"{Name} restarted: {outcome.Explanation}",
        { Command: ControlCommand.Restart } => Restarted(outcome),
        { Command: ControlCommand.RollBack } => Named(outcome, $"{Name} was rolled back"),
        { Command: ControlCommand.Confirm } => Named(outcome, $"{Name} is confirmed"),
        { Command: ControlCommand.Shutdown } => Named(outcome, $"{Name} has shut down"),
        { Command: ControlCommand.Force } => Named(outcome, Name),
        _ => outcome.Explanation.Length > 0 ? $"Check of {Name} passed: {outcome.Explanation}" : $"Check of {Name} passed.",
    };

    private static string Named(OperationOutcome outcome, string before) =>
        outcome.NamesService ? outcome.Explanation
            : outcome.Explanation.Length > 0 ? $"{before}: {outcome.Explanation}"
            : $"{before}.";

    private string Restarted(OperationOutcome outcome)
    {
        string time = outcome.Record is { } record ? $" in {Wording.Of(record.Duration)}" : "";
        if (outcome.Serving is { } now)
        {
            string version = now.Version.Length == 0 ? "" : $", version {now.Version}";
            return Wording.Say($"{Name} restarted{time}: process {now.Pid}, generation {now.Generation}{version}, serves.");
        }

        return Wording.Say(
            $"{Name} restarted{time}{(outcome.Record?.SuccessorPid is { } pid ? $": process {pid} serves" : "")}.");
    }

    private void WriteReason(string explanation)
    {
        foreach (string line in explanation.Split('\n').Where(l => l.Length > 0))
        {
            run.Error.Indented(2, line);
        }
    }
}
