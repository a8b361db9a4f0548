using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// Looks who serves, instead of believing or guessing: when the connection is lost in the middle of a story, and at the end of a restart.
/// </summary>
internal sealed class Judge(Surroundings around, FoundService before, ControlCommand command, IStory story)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>A successor that has been told to serve listens on the socket within moments.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(10);

    private readonly DateTimeOffset _begun = around.Time.GetUtcNow();

    // The service is there, and did not answer the last time.
    private UnheardSocket? _silent;

    private string Name => before.Status.Name;

    private int Asked => before.Status.Pid;

    /// <summary>Adds what serves now to what the service said; a complete restart is done only when the new process has come up.</summary>
    internal async Task<Verdict> ConfirmAsync(Verdict heard, CancellationToken cancellationToken)
    {
        if (command is not ControlCommand.Restart || heard.Record is not { } record)
        {
            return heard;
        }

        if (heard.ExitCode != ExitCode.Done || record.Strategy == RestartStrategy.Handover)
        {
            return heard with { Serving = await TryAskAsync(cancellationToken) };
        }

        if (record.Strategy == RestartStrategy.Complete)
        {
            story.Remark("A complete restart: waiting until the new process serves.");
        }

        // An older service does not say how it was done. After a handover another process serves already.
        return await UntilAnotherServesAsync(cancellationToken) is { } serving
            ? heard with { Serving = serving }
            : Verdict.Failed("SuccessorDied", $"{Name}: the old process has ended, and nobody answers at {before.Socket}.") with { Record = record };
    }

    /// <summary>The story broke off.</summary>
    internal Task<Verdict> ByStatusAsync(CancellationToken cancellationToken) => command switch
    {
        ControlCommand.Restart => RestartByStatusAsync(cancellationToken),
        ControlCommand.Shutdown => ShutdownByStatusAsync(cancellationToken),
        ControlCommand.Force => ForceByStatusAsync(cancellationToken),
        _ => Task.FromResult(Verdict.Failed("Lost", $"{Name}: process {Asked} did not finish its answer, so it is not known whether the check passed. Nothing was changed.")),
    };

    private async Task<Verdict> RestartByStatusAsync(CancellationToken cancellationToken)
    {
        long heardFrom = around.Time.GetTimestamp();
        while (around.Time.GetElapsedTime(heardFrom) < SilenceLimit)
        {
            if (await TryAskAsync(cancellationToken) is { } now)
            {
                heardFrom = around.Time.GetTimestamp();
                if (RestartSeenIn(now) is { } verdict)
                {
                    return verdict with { Serving = now };
                }
            }

            await Task.Delay(Interval, around.Time, cancellationToken);
        }

        return _silent is null
            ? new Verdict(ExitCode.NotFound, "Lost", $"{Name}: the connection was lost, and nobody answers at {before.Socket} any more.")
            : new Verdict(ExitCode.NoAnswer, "NoAnswer", $"{Name}: the connection was lost. {_silent.Socket}: {_silent.Reason}");
    }

    /// <summary>Null as long as it is not decided.</summary>
    private Verdict? RestartSeenIn(RestartStatus now)
    {
        if (now.Pid != Asked)
        {
            return now.State == ProcessState.Serving ? Verdict.Done("") : null;
        }

        if (now.Restart is not null || now.State != ProcessState.Serving)
        {
            return null;
        }

        // What this process remembers of our time, the clocks of both being the same.
        RestartRecord? record = now.LastRestarts.Where(r => r.AskedAt >= _begun).MaxBy(r => r.AskedAt);
        string reason = record is { Explanation.Length: > 0 } ? record.Explanation : "It remembers no restart since it was asked.";
        return Verdict.Failed(record?.Failure?.ToString() ?? "Lost", $"{reason}\nProcess {Asked} serves.") with { Record = record };
    }

    private async Task<Verdict> ShutdownByStatusAsync(CancellationToken cancellationToken)
    {
        while (await TryAskAsync(cancellationToken) is { } now && now.Pid == Asked)
        {
            if (now.State is ProcessState.Serving)
            {
                return Verdict.Failed("Lost", $"{Name}: process {Asked} still serves.") with { Serving = now };
            }

            await Task.Delay(Interval, around.Time, cancellationToken);
        }

        while (Directory.Exists($"/proc/{Asked}"))
        {
            await Task.Delay(Interval, around.Time, cancellationToken);
        }

        return Verdict.Done($"{Name}: process {Asked} has ended; how, it did not say.");
    }

    private async Task<Verdict> ForceByStatusAsync(CancellationToken cancellationToken)
    {
        RestartStatus? now = await TryAskAsync(cancellationToken);
        int left = now?.Generations.Count(g => g.Pid != now.Pid && g.State is ProcessState.HandedOver or ProcessState.Draining) ?? 0;
        return left == 0
            ? Verdict.Done($"{Name}: nothing is left that drains.") with { Serving = now }
            : Verdict.Failed("Lost", $"{Name}: {left} of the older processes are still there.") with { Serving = now };
    }

    private async Task<RestartStatus?> UntilAnotherServesAsync(CancellationToken cancellationToken)
    {
        long heardFrom = around.Time.GetTimestamp();
        while (around.Time.GetElapsedTime(heardFrom) < SilenceLimit)
        {
            if (await TryAskAsync(cancellationToken) is { } now)
            {
                heardFrom = around.Time.GetTimestamp();
                if (now.Pid != Asked && now.State == ProcessState.Serving)
                {
                    return now;
                }
            }

            await Task.Delay(Interval, around.Time, cancellationToken);
        }

        return null;
    }

    private async Task<RestartStatus?> TryAskAsync(CancellationToken cancellationToken)
    {
        try
        {
            _silent = null;
            return (await StatusQuestion.AskAsync(around, before.Socket, before.User, cancellationToken)).Status;
        }
        catch (ControlException e)
        {
            // Nobody there just now; the callers look again, within their limits.
            _silent = e.Failure == ControlFailure.TimedOut ? UnheardSocket.Silent(before.Socket, e.Message, e.Listener) : null;
            return null;
        }
    }
}
