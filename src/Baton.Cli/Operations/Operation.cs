using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// One request to a service that changes something, and the story that it tells, to its end. Ending the connection ends nothing: a limit that is reached and ^C
/// only end the watching.
/// </summary>
internal sealed class Operation(Surroundings around, FoundService service, ControlRequest request, IStory story)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private bool _accepted;
    private ControlAnswer.Outcome? _outcome;
    private ControlAnswer.End? _end;

    private string Name => service.Status.Name;

    /// <param name="timeout">How long to watch.</param>
    /// <param name="interruption">^C.</param>
    internal async Task<Verdict> RunAsync(TimeSpan timeout, Interruption interruption)
    {
        using var limit = new CancellationTokenSource(timeout, around.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, interruption.Token);
        var judge = new Judge(around, service, request.Command, story);
        try
        {
            await ListenAsync(both.Token);
            return await judge.ConfirmAsync(Heard(), both.Token);
        }
        catch (ControlException lost) when (lost.Failure is ControlFailure.Lost or ControlFailure.ProtocolError)
        {
            return await JudgeAsync(judge, lost, interruption, timeout, both.Token);
        }
        catch (ControlException e)
        {
            // Between the look around and now.
            return e.Failure switch
            {
                ControlFailure.TimedOut => new Verdict(ExitCode.NoAnswer, "NoAnswer", UnheardSocket.Silent(service.Socket, e.Message, listener: null).Reason),
                ControlFailure.NotTrusted => new Verdict(ExitCode.Refused, e.Failure.ToString(), e.Message),
                _ => new Verdict(ExitCode.NotFound, e.Failure.ToString(), e.Message),
            };
        }
        catch (OperationCanceledException)
        {
            return StoppedWatching(interruption, timeout);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using ControlClient client = await ControlClient.ConnectAsync(service.Socket, service.User, ConnectLimit, cancellationToken);
        await foreach (ControlAnswer answer in client.AskAsync(request, cancellationToken))
        {
            story.Hear(answer);
            _accepted |= answer is ControlAnswer.Accepted;
            _outcome = answer as ControlAnswer.Outcome ?? _outcome;
            _end = answer as ControlAnswer.End;
            if (_accepted && !request.Wait)
            {
                return;
            }
        }
    }

    private async Task<Verdict> JudgeAsync(Judge judge, ControlException lost, Interruption interruption, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            if (_outcome is not null)
            {
                return await judge.ConfirmAsync(Heard(), cancellationToken);
            }

            story.Remark($"{lost.Message} Asking who serves now.");
            return await judge.ByStatusAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return StoppedWatching(interruption, timeout);
        }
    }

    /// <summary>What the service itself said.</summary>
    private Verdict Heard()
    {
        if (_outcome is { } outcome)
        {
            return OfOutcome(outcome);
        }

        return _end is { Failure: { } failure } ? Verdict.Refused(failure, _end.Explanation)
            : !request.Wait ? Verdict.Done($"{Name}: {Noun} accepted by process {service.Status.Pid}.")
            : Verdict.Done(_end?.Explanation is { Length: > 0 } words ? words : $"{Name}: {Noun} done.");
    }

    private Verdict OfOutcome(ControlAnswer.Outcome outcome)
    {
        if (outcome.Succeeded)
        {
            return Verdict.Done(outcome.Explanation) with { Record = outcome.Record };
        }

        // What became of a restart says what holds now; a check says only what is wrong.
        bool isSaid = !outcome.KeepsServing || outcome.Record is not null;
        string keeps = $"Process {service.Status.Pid} keeps serving.";
        string explanation = isSaid ? outcome.Explanation : $"{outcome.Explanation}\n{keeps}".Trim();
        Verdict failed = Refusal.Is(outcome.Failure) ? Verdict.Refused(outcome.Failure!, explanation) : Verdict.Failed(outcome.Failure, explanation);
        return failed with { Record = outcome.Record };
    }

    private string Noun => request.Command.ToString().ToLowerInvariant();

    private Verdict StoppedWatching(Interruption interruption, TimeSpan timeout)
    {
        if (interruption.Token.IsCancellationRequested)
        {
            string rest = _outcome is { Succeeded: true } ? "it has succeeded, and the old process goes on finishing its work" : _accepted ? "it goes on" : "whether it was accepted is not known";
            return new Verdict(interruption.ExitCode, "Interrupted", $"Stopped watching the {Noun} of {Name}; {rest}. See: baton status {Name}");
        }

        return _outcome is null
            ? new Verdict(ExitCode.TimedOut, "TimedOut", $"The {Noun} of {Name} was not over within {Wording.Of(timeout)}; it goes on. See: baton status {Name}")
            : OfOutcome(_outcome);
    }
}
