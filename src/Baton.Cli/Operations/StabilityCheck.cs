using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// Watches a service for some time: it must answer and serve as the same process, and no restart may begin. It asks about each
/// second, and ends at the first answer that is another one.
/// </summary>
internal sealed class StabilityCheck(CliEnvironment environment, FoundService service, TimeSpan time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly RestartStatus _first = service.Status;

    internal static async Task<int> RunAsync(Invocation run, FoundService service, TimeSpan time)
    {
        using Interruption interruption = run.Environment.Interruptions();
        OperationOutcome outcome;
        try
        {
            outcome = await new StabilityCheck(run.Environment, service, time).WatchAsync(interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            outcome = new(interruption.ExitCode, "Interrupted", $"Stopped watching {service.Status.Name}.");
        }

        if (run.IsJson)
        {
            run.Json.WriteResult(outcome.ExitCode, outcome.Failure, outcome.Explanation, json =>
            {
                json.WriteString("name", service.Status.Name);
                JsonLines.WriteService(json, service);
                JsonLines.WriteStatus(json, "serving", outcome.Serving);
            });
        }
        else
        {
            (outcome.ExitCode == ExitCode.Done ? run.Output : run.Error).Line(new StyledText(
                outcome.Explanation, outcome.ExitCode == ExitCode.Done ? StyledText.Good : StyledText.Bad));
        }

        return outcome.ExitCode;
    }

    internal async Task<OperationOutcome> WatchAsync(CancellationToken cancellationToken)
    {
        long begun = environment.Time.GetTimestamp();
        RestartStatus now = _first;
        while (true)
        {
            if (WhyNot(now) is { } why)
            {
                return OperationOutcome.Failed("NotStable", $"{_first.Name} is not stable: {why}.") with { Serving = now };
            }

            TimeSpan left = time - environment.Time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
            {
                string who = Wording.Say($"process {now.Pid}, generation {now.Generation}");
                return OperationOutcome.Done($"{_first.Name}: {who}, has served for {Wording.Of(time)} without a change.")
                    with { Serving = now };
            }

            await Task.Delay(left < Interval ? left : Interval, environment.Time, cancellationToken);
            try
            {
                now = (await StatusQuery.AskAsync(environment, service.Socket, service.User, cancellationToken)).Status;
            }
            catch (ControlException e)
            {
                return e.Failure == ControlFailure.TimedOut
                    ? new(ExitCode.NoAnswer, "NoAnswer", $"{_first.Name} does not answer: {e.Message}")
                    : new(ExitCode.NotFound, e.Failure.ToString(), $"{_first.Name} is gone: {e.Message}");
            }
        }
    }

    private static DateTimeOffset? Last(RestartStatus status) =>
        status.LastRestarts.Count > 0 ? status.LastRestarts[0].AskedAt : null;

    private string? WhyNot(RestartStatus now) =>
        now.Pid != _first.Pid ? $"process {now.Pid}, generation {now.Generation}, answers instead of process {_first.Pid}"
        : now.State != ProcessState.Serving ? $"process {now.Pid} is {now.State}"
        : Last(now) is { } last && last != Last(_first)
        ? $"a restart was asked meanwhile by {now.LastRestarts[0].Trigger}: {now.LastRestarts[0].Failure?.ToString() ?? "done"}"
        : null;
}
