using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// Finds the outcome of an operation by asking which process serves: after a lost connection, and at the end of a restart.
/// </summary>
internal sealed class OutcomeResolver(
    CliEnvironment environment, FoundService before, ControlCommand command, IOperationProgress progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>A successor that was told to serve listens on the socket within moments.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10);

    // After the time of the user is over.
    private static readonly TimeSpan LastQuestion = TimeSpan.FromSeconds(2);

    private readonly DateTimeOffset _begun = environment.Time.GetUtcNow();

    // Set when the last question got no answer although a process holds the socket.
    private UnansweredSocket? _unanswered;

    private string Name => before.Status.Name;

    private int Asked => before.Status.Pid;

    /// <summary>
    /// Adds what serves now to the outcome that the service reported. A complete restart has succeeded only when the new process
    /// serves.
    /// </summary>
    internal async Task<OperationOutcome> ConfirmAsync(OperationOutcome reported, CancellationToken cancellationToken)
    {
        if (command is not ControlCommand.Restart || reported.Record is not { } record)
        {
            return reported;
        }

        if (reported.ExitCode != ExitCode.Done || record.Strategy == RestartStrategy.Handover)
        {
            return reported with { Serving = await TryAskAsync(cancellationToken) };
        }

        if (record.Strategy == RestartStrategy.Complete)
        {
            progress.Note("A complete restart: waiting until the new process serves.");
        }

        // An older service does not say how it was done. After a handover another process serves already.
        return await UntilAnotherServesAsync(cancellationToken) is { } serving
            ? reported with { Serving = serving }
            : new OperationOutcome(
                ExitCode.NotFound,
                "SuccessorDied",
                $"{Name}: the old process has ended, and nobody answers at {before.Socket}.") { Record = record };
    }

    /// <summary>What answers now; null if nobody does.</summary>
    internal async Task<RestartStatus?> ServingAsync()
    {
        using var limit = new CancellationTokenSource(LastQuestion, environment.Time);
        try
        {
            return await TryAskAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The outcome after the connection was lost.</summary>
    internal Task<OperationOutcome> ByStatusAsync(CancellationToken cancellationToken) => command switch
    {
        ControlCommand.Restart => RestartByStatusAsync(cancellationToken),
        ControlCommand.Shutdown => ShutdownByStatusAsync(cancellationToken),
        ControlCommand.Force => ForceByStatusAsync(cancellationToken),
        ControlCommand.RollBack or ControlCommand.Confirm => DecisionByStatusAsync(cancellationToken),
        _ => Task.FromResult(OperationOutcome.Failed(
            "Lost",
            $"{Name}: process {Asked} did not finish its answer, so it is not known whether the check passed. " +
                $"Nothing was changed.")),
    };

    private async Task<OperationOutcome> RestartByStatusAsync(CancellationToken cancellationToken)
    {
        long heardFrom = environment.Time.GetTimestamp();
        while (environment.Time.GetElapsedTime(heardFrom) < SilenceLimit)
        {
            if (await TryAskAsync(cancellationToken) is { } now)
            {
                heardFrom = environment.Time.GetTimestamp();
                if (RestartSeenIn(now) is { } outcome)
                {
                    return outcome with { Serving = now };
                }
            }

            await Task.Delay(Interval, environment.Time, cancellationToken);
        }

        return _unanswered is null
            ? new OperationOutcome(
                ExitCode.NotFound, "Lost", $"{Name}: the connection was lost, and nobody answers at {before.Socket} any more.")
            : new OperationOutcome(
                ExitCode.NoAnswer, "NoAnswer", $"{Name}: the connection was lost. {_unanswered.Socket}: {_unanswered.Reason}");
    }

    /// <summary>Null while it is not decided.</summary>
    private OperationOutcome? RestartSeenIn(RestartStatus now)
    {
        if (now.Pid != Asked)
        {
            return now.State == ProcessState.Serving ? OperationOutcome.Done("") : null;
        }

        if (now.Restart is not null || now.State != ProcessState.Serving)
        {
            return null;
        }

        // Only a restart asked for since this operation began. Both processes use the clock of this machine.
        RestartRecord? record = now.LastRestarts.Where(r => r.AskedAt >= _begun).MaxBy(r => r.AskedAt);
        string reason = record is { Explanation.Length: > 0 }
            ? record.Explanation
            : "It remembers no restart since it was asked.";
        return OperationOutcome.OfRestart(
            record?.Failure?.ToString() ?? "Lost", $"{reason}\nProcess {Asked} serves.", record);
    }

    private async Task<OperationOutcome> ShutdownByStatusAsync(CancellationToken cancellationToken)
    {
        while (await TryAskAsync(cancellationToken) is { } now && now.Pid == Asked)
        {
            if (now.State is ProcessState.Serving)
            {
                return OperationOutcome.Failed("Lost", $"{Name}: process {Asked} still serves.") with { Serving = now };
            }

            await Task.Delay(Interval, environment.Time, cancellationToken);
        }

        while (Directory.Exists($"/proc/{Asked}"))
        {
            await Task.Delay(Interval, environment.Time, cancellationToken);
        }

        return OperationOutcome.Done($"{Name}: process {Asked} has ended; it did not say how.") with { NamesService = true };
    }

    private async Task<OperationOutcome> ForceByStatusAsync(CancellationToken cancellationToken)
    {
        RestartStatus? now = await TryAskAsync(cancellationToken);
        int left = now?.Generations.Count(g => g.Pid != now.Pid && g.State is ProcessState.HandedOver or ProcessState.Draining)
            ?? 0;
        return left == 0
            ? OperationOutcome.Done($"{Name}: nothing is left that drains.") with { Serving = now, NamesService = true }
            : OperationOutcome.Failed("Lost", $"{Name}: {left} of the older processes are still there.") with { Serving = now };
    }

    private async Task<OperationOutcome> DecisionByStatusAsync(CancellationToken cancellationToken)
    {
        RestartStatus? now = await TryAskAsync(cancellationToken);
        string holds = now is null
            ? $"nobody answers at {before.Socket}"
            : Wording.Say($"process {now.Pid}, generation {now.Generation}, is {now.State}");
        bool isDone = command == ControlCommand.RollBack
            ? now is { State: ProcessState.Serving } && now.Pid != Asked
            : now is { State: ProcessState.Serving } && now.Pid == Asked;
        return (isDone
            ? OperationOutcome.Done($"{Name}: {holds}.")
            : OperationOutcome.Failed("Lost", $"{Name}: the connection was lost before the outcome was known; now {holds}."))
            with { Serving = now, NamesService = true };
    }

    private async Task<RestartStatus?> UntilAnotherServesAsync(CancellationToken cancellationToken)
    {
        long heardFrom = environment.Time.GetTimestamp();
        while (environment.Time.GetElapsedTime(heardFrom) < SilenceLimit)
        {
            if (await TryAskAsync(cancellationToken) is { } now)
            {
                heardFrom = environment.Time.GetTimestamp();
                if (now.Pid != Asked && now.State == ProcessState.Serving)
                {
                    return now;
                }
            }

            await Task.Delay(Interval, environment.Time, cancellationToken);
        }

        return null;
    }

    private async Task<RestartStatus?> TryAskAsync(CancellationToken cancellationToken)
    {
        try
        {
            _unanswered = null;
            return (await StatusQuery.AskAsync(environment, before.Socket, before.User, cancellationToken)).Status;
        }
        catch (ControlException e)
        {
            // Nobody answers at the moment. The callers ask again, within their limits.
            _unanswered = e.Failure == ControlFailure.TimedOut
                ? UnansweredSocket.Silent(before.Socket, e.Message, e.Listener)
                : null;
            return null;
        }
    }
}
