using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary><c>baton watch</c>: follows a service from generation to generation, until ^C or until the service ends.</summary>
internal sealed class WatchCommand
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A service that is replaced answers again within this time.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(3);

    /// <summary>Three times the longest silence of a service that answers.</summary>
    private static readonly TimeSpan LineLimit = TimeSpan.FromSeconds(15);

    private readonly Invocation _run;
    private readonly IWatcher _watcher;
    private FoundService _service;

    // A process holds the socket, and did not answer the last time.
    private bool _silent;

    // The process and state for which the connection was last closed to look for the successor. Done once for each.
    private (int Pid, ProcessState State) _left;

    private WatchCommand(Invocation run, FoundService service)
    {
        (_run, _service) = (run, service);
        _watcher = run.IsJson ? new JsonWatcher(run.Json)
            : run.Output.IsAnimated ? new LiveWatcher(run.Output, run.Environment.Time)
            : new PlainWatcher(run.Output, run.Environment.Time);
    }

    internal static async Task<int> RunAsync(Invocation run, FoundService service)
    {
        using Interruption interruption = run.Environment.Interruptions();
        var watch = new WatchCommand(run, service);
        try
        {
            await watch.FollowAsync(interruption.Token);
        }
        catch (OperationCanceledException)
        {
            return watch.Finish(interruption.ExitCode, "Interrupted", $"Stopped watching {service.Status.Name}; it goes on.");
        }
        catch (ControlException e) when (e.Failure == ControlFailure.NotTrusted)
        {
            return watch.Finish(ExitCode.Refused, e.Failure.ToString(), e.Message);
        }

        RestartStatus last = watch._service.Status;
        if (watch._silent)
        {
            UnansweredSocket silent = UnansweredSocket.Silent(
                watch._service.Socket, "It does not answer any more", listener: null);
            return watch.Finish(
                ExitCode.NoAnswer,
                "NoAnswer",
                $"{last.Name} was {last.State} when it last answered. {silent.Socket}: {silent.Reason}");
        }

        return last.State is ProcessState.ShuttingDown or ProcessState.Exited
            ? watch.Finish(ExitCode.Done, null, $"{last.Name} has shut down.")
            : watch.Finish(
                ExitCode.NotFound,
                "Lost",
                $"Nobody answers at {watch._service.Socket} any more; {last.Name} was {last.State} when it last answered.");
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        long heardFrom = _run.Environment.Time.GetTimestamp();
        while (_run.Environment.Time.GetElapsedTime(heardFrom) < SilenceLimit)
        {
            try
            {
                if (await FollowProcessAsync(cancellationToken))
                {
                    heardFrom = _run.Environment.Time.GetTimestamp();
                }
            }
            catch (ControlException e) when (e.Failure != ControlFailure.NotTrusted)
            {
                // The service is gone or about to be replaced. FollowAsync tries again within the limit.
                _silent = e.Failure == ControlFailure.TimedOut;
                await Task.Delay(RetryInterval, _run.Environment.Time, cancellationToken);
            }
        }
    }

    /// <summary>Follows one connection, until another process serves or the connection ends.</summary>
    /// <returns>Whether any answer came.</returns>
    private async Task<bool> FollowProcessAsync(CancellationToken cancellationToken)
    {
        bool answered = false;
        using var limit = new CancellationTokenSource(LineLimit, _run.Environment.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using ControlClient client = await ControlClient.ConnectAsync(
            _service.Socket, _service.User, ConnectLimit, cancellationToken);
        try
        {
            await foreach (ControlAnswer answer in client.AskAsync(new ControlRequest(ControlCommand.Watch), both.Token))
            {
                limit.CancelAfter(LineLimit);
                if (Handle(answer, ref answered))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControlException(ControlFailure.TimedOut, $"No answer within {LineLimit.TotalSeconds} s.", e);
        }

        return answered;
    }

    /// <summary>Shows an answer.</summary>
    /// <returns>Whether to connect anew, to find the process that serves.</returns>
    private bool Handle(ControlAnswer answer, ref bool answered)
    {
        switch (answer)
        {
            case ControlAnswer.End { Failure: { } failure } refused
                when failure == AnswerFailure.Busy || failure == AnswerFailure.NotAllowed:
                _watcher.End();
                throw new CommandException(ExitCode.Refused, failure.Name, $"{_service.Status.Name}: {refused.Explanation}.");
            case ControlAnswer.End { Failure: { } lost } end:
                throw new ControlException(ControlFailure.Lost, $"{lost}: {end.Explanation}");
            case ControlAnswer.End:
                return true;
            case ControlAnswer.Status { Value: var status }:
                answered = true;
                _service = _service with { Status = status };
                _watcher.Show(_service, answer);
                bool leaves = status.State is ProcessState.HandedOver or ProcessState.Draining
                    && _left != (status.Pid, status.State);

                // The process that serves knows more.
                _left = leaves ? (status.Pid, status.State) : _left;
                return leaves;
            default:
                answered = true;
                _watcher.Report(answer);
                return false;
        }
    }

    private int Finish(int exitCode, string? failure, string text)
    {
        _watcher.End();
        if (_run.IsJson)
        {
            _run.Json.WriteResult(exitCode, failure, text);
        }
        else
        {
            _run.Error.Line(text);
        }

        return exitCode;
    }
}
