using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>The end of an operation, for people: what holds now on standard output; what went wrong, and why, on standard error.</summary>
internal sealed class VerdictView(Invocation run, FoundService service, ControlRequest request)
{
    private string Name => service.Status.Name;

    internal void Write(Verdict verdict)
    {
        switch (verdict.ExitCode)
        {
            case ExitCode.Done:
                run.Output.Line(new Ink(Success(verdict), Ink.Good));
                break;
            case ExitCode.Failed or ExitCode.Refused:
                string how = verdict.ExitCode == ExitCode.Failed ? "failed" : "was refused";
                run.Error.Line(new Ink($"{Noun} of {Name} {how}: {verdict.Failure}", Ink.Bad));
                WriteReason(verdict.Explanation);
                break;
            default:
                run.Error.Line(new Ink(verdict.Explanation, Ink.Attention));
                break;
        }
    }

    private string Noun => request.Command.ToString();

    private string Success(Verdict verdict) => request switch
    {
        { Wait: false } => verdict.Explanation,
        { Command: ControlCommand.Restart } => Restarted(verdict),
        { Command: ControlCommand.Shutdown } => Named(verdict.Explanation, $"{Name} has shut down"),
        { Command: ControlCommand.Force } => Named(verdict.Explanation, Name),
        _ => verdict.Explanation.Length > 0 ? $"Check of {Name} passed: {verdict.Explanation}" : $"Check of {Name} passed.",
    };

    /// <summary>What the service said does not name it; what <see cref="Judge"/> says does.</summary>
    private string Named(string explanation, string before) =>
        explanation.StartsWith($"{Name}:", StringComparison.Ordinal) ? explanation : explanation.Length > 0 ? $"{before}: {explanation}" : $"{before}.";

    private string Restarted(Verdict verdict)
    {
        string time = verdict.Record is { } record ? $" in {Wording.Of(record.Duration)}" : "";
        if (verdict.Serving is { } now)
        {
            string version = now.Version.Length == 0 ? "" : $", version {now.Version}";
            return Wording.Say($"{Name} restarted{time}: process {now.Pid}, generation {now.Generation}{version}, serves.");
        }

        return Wording.Say($"{Name} restarted{time}{(verdict.Record?.SuccessorPid is { } pid ? $": process {pid} serves" : "")}.");
    }

    private void WriteReason(string explanation)
    {
        foreach (string line in explanation.Split('\n').Where(l => l.Length > 0))
        {
            run.Error.Indented(2, line);
        }
    }
}
