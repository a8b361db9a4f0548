using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary>
/// One request that changes something, followed to its end. A timeout or ^C ends only the watching: the operation goes on in the
/// service.
/// </summary>
internal sealed class Operation(
    CliEnvironment environment, FoundService service, ControlRequest request, IOperationProgress progress)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private bool _accepted;
    private ControlAnswer.Outcome? _outcome;
    private ControlAnswer.End? _end;

    private string Name => service.Status.Name;

    /// <param name="timeout">How long to wait for the end.</param>
    /// <param name="interruption">Signals ^C.</param>
    internal async Task<OperationOutcome> RunAsync(TimeSpan timeout, Interruption interruption)
    {
        using var limit = new CancellationTokenSource(timeout, environment.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, interruption.Token);
        var resolver = new OutcomeResolver(environment, service, request.Command, progress);
        try
        {
            await ListenAsync(both.Token);
            return await resolver.ConfirmAsync(Reported(), both.Token);
        }
        catch (ControlException lost) when (lost.Failure is ControlFailure.Lost or ControlFailure.ProtocolError)
        {
            return await ResolveAsync(resolver, lost, interruption, timeout, both.Token);
        }
        catch (ControlException e)
        {
            // The service ended, or stopped answering, after it was found.
            return e.Failure switch
            {
                ControlFailure.TimedOut => new OperationOutcome(
                    ExitCode.NoAnswer, "NoAnswer", UnansweredSocket.Silent(service.Socket, e.Message, listener: null).Reason),
                ControlFailure.NotTrusted => new OperationOutcome(ExitCode.Refused, e.Failure.ToString(), e.Message),
                _ => new OperationOutcome(ExitCode.NotFound, e.Failure.ToString(), e.Message),
            };
        }
        catch (OperationCanceledException)
        {
            OperationOutcome stopped = StoppedWatching(interruption, timeout);
            return stopped.ExitCode == ExitCode.TimedOut ? stopped with { Serving = await resolver.ServingAsync() } : stopped;
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using ControlClient client = await ControlClient.ConnectAsync(
            service.Socket, service.User, ConnectLimit, cancellationToken);
        await foreach (ControlAnswer answer in client.AskAsync(request, cancellationToken))
        {
            progress.Report(answer);
            _accepted |= answer is ControlAnswer.Accepted;
            _outcome = answer as ControlAnswer.Outcome ?? _outcome;
            _end = answer as ControlAnswer.End;
            if (_accepted && !request.Wait)
            {
                return;
            }
        }
    }

    private async Task<OperationOutcome> ResolveAsync(
        OutcomeResolver resolver,
        ControlException lost,
        Interruption interruption,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        try
        {
            if (_outcome is not null)
            {
                return await resolver.ConfirmAsync(Reported(), cancellationToken);
            }

            progress.Note($"{lost.Message} Asking who serves now.");
            return await resolver.ByStatusAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return StoppedWatching(interruption, timeout);
        }
    }

    /// <summary>The outcome that the service reported.</summary>
    private OperationOutcome Reported()
    {
        if (_outcome is { } outcome)
        {
            return OfOutcome(outcome);
        }

        return _end is { Failure: { } failure } ? OperationOutcome.Of(failure, _end.Explanation)
            : !request.Wait
            ? OperationOutcome.Done($"{Name}: {Noun} accepted by process {service.Status.Pid}.") with { NamesService = true }
            : _end?.Explanation is { Length: > 0 } text ? OperationOutcome.Done(text)
            : OperationOutcome.Done($"{Name}: {Noun} done.") with { NamesService = true };
    }

    private OperationOutcome OfOutcome(ControlAnswer.Outcome outcome)
    {
        if (outcome.Succeeded)
        {
            return OperationOutcome.Done(outcome.Explanation) with { Record = outcome.Record };
        }

        // The record of a restart says what holds now. A check says only what is wrong.
        bool isSaid = !outcome.KeepsServing || outcome.Record is not null;
        string keeps = $"Process {service.Status.Pid} keeps serving.";
        string explanation = isSaid ? outcome.Explanation : $"{outcome.Explanation}\n{keeps}".Trim();
        return outcome.Failure is not { } failure
            ? OperationOutcome.Failed("Failed", explanation) with { Record = outcome.Record }
            : failure.Category == FailureCategory.Failed
            ? OperationOutcome.OfRestart(failure.Name, explanation, outcome.Record)
            : OperationOutcome.Of(failure, explanation) with { Record = outcome.Record };
    }

    private string Noun => request.Command.ToString().ToLowerInvariant();

    private OperationOutcome StoppedWatching(Interruption interruption, TimeSpan timeout)
    {
        if (interruption.Token.IsCancellationRequested)
        {
            string rest = _outcome is { Succeeded: true } ? "it has succeeded, and the old process goes on finishing its work"
                : _accepted ? "it goes on"
                : "whether it was accepted is not known";
            return new OperationOutcome(
                interruption.ExitCode, "Interrupted", $"Stopped watching the {Noun} of {Name}; {rest}. See: baton status {Name}");
        }

        return _outcome is null
            ? new OperationOutcome(
                ExitCode.TimedOut,
                "TimedOut",
                $"The {Noun} of {Name} was not over within {Wording.Of(timeout)}; it goes on. See: baton status {Name}")
            : OfOutcome(_outcome);
    }
}
