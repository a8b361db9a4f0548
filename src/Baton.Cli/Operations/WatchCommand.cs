using Baton.Cli.CommandLine;
using Baton.Cli.Discovery;
using Baton.Cli.Output;
using Baton.Control;

namespace Baton.Cli.Operations;

/// <summary><c>baton watch</c>: follows a service from generation to generation, until ^C or its end.</summary>
internal sealed class WatchCommand
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A service that ended is not there any more; one that is replaced is there again within this.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(3);

    /// <summary>Three times as long as a service that answers says nothing.</summary>
    private static readonly TimeSpan LineLimit = TimeSpan.FromSeconds(15);

    private readonly Invocation _run;
    private readonly IWatcher _watcher;
    private FoundService _service;

    // Somebody listens, and did not answer the last time.
    private bool _silent;

    // The state in which the process was left for its successor, not to do so twice.
    private (int Pid, ProcessState State) _left;

    private WatchCommand(Invocation run, FoundService service)
    {
        (_run, _service) = (run, service);
        _watcher = run.IsJson ? new JsonWatcher(run.Json)
            : run.Output.IsAnimated ? new LiveWatcher(run.Output, run.Around.Time)
            : new PlainWatcher(run.Output, run.Around.Time);
    }

    internal static async Task<int> RunAsync(Invocation run, FoundService service)
    {
        using Interruption interruption = run.Around.Interruptions();
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
            UnheardSocket silent = UnheardSocket.Silent(watch._service.Socket, "It does not answer any more", listener: null);
            return watch.Finish(ExitCode.NoAnswer, "NoAnswer", $"{last.Name} was {last.State} when last heard of. {silent.Socket}: {silent.Reason}");
        }

        return last.State is ProcessState.ShuttingDown or ProcessState.Exited
            ? watch.Finish(ExitCode.Done, null, $"{last.Name} has shut down.")
            : watch.Finish(ExitCode.NotFound, "Lost", $"Nobody answers at {watch._service.Socket} any more; {last.Name} was {last.State} when last heard of.");
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        long heardFrom = _run.Around.Time.GetTimestamp();
        while (_run.Around.Time.GetElapsedTime(heardFrom) < SilenceLimit)
        {
            try
            {
                if (await FollowProcessAsync(cancellationToken))
                {
                    heardFrom = _run.Around.Time.GetTimestamp();
                }
            }
            catch (ControlException e) when (e.Failure != ControlFailure.NotTrusted)
            {
                // Gone, or about to be replaced: looked for again until the limit.
                _silent = e.Failure == ControlFailure.TimedOut;
                await Task.Delay(RetryInterval, _run.Around.Time, cancellationToken);
            }
        }
    }

    /// <summary>One connection, until another process serves or it ends.</summary>
    /// <returns>Whether there was any answer.</returns>
    private async Task<bool> FollowProcessAsync(CancellationToken cancellationToken)
    {
        bool heard = false;
        using var limit = new CancellationTokenSource(LineLimit, _run.Around.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using ControlClient client = await ControlClient.ConnectAsync(_service.Socket, _service.User, ConnectLimit, cancellationToken);
        try
        {
            await foreach (ControlAnswer answer in client.AskAsync(new ControlRequest(ControlCommand.Watch), both.Token))
            {
                limit.CancelAfter(LineLimit);
                if (Hear(answer, ref heard))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControlException(ControlFailure.TimedOut, $"Not a word for {LineLimit.TotalSeconds} s.", e);
        }

        return heard;
    }

    /// <summary>Shows a line.</summary>
    /// <returns>Whether to look for the process that serves.</returns>
    private bool Hear(ControlAnswer answer, ref bool heard)
    {
        switch (answer)
        {
            case ControlAnswer.End { Failure: ControlProtocol.Busy or ControlProtocol.NotAllowed } refused:
                _watcher.End();
                throw new CommandException(ExitCode.Refused, refused.Failure, $"{_service.Status.Name}: {refused.Explanation}.");
            case ControlAnswer.End { Failure: { } failure } end:
                throw new ControlException(ControlFailure.Lost, $"{failure}: {end.Explanation}");
            case ControlAnswer.End:
                return true;
            case ControlAnswer.Status { Value: var status }:
                heard = true;
                _service = _service with { Status = status };
                _watcher.Show(_service, answer);
                bool leaves = status.State is ProcessState.HandedOver or ProcessState.Draining && _left != (status.Pid, status.State);

                // The one that serves knows more.
                _left = leaves ? (status.Pid, status.State) : _left;
                return leaves;
            default:
                heard = true;
                _watcher.Hear(answer);
                return false;
        }
    }

    private int Finish(int exitCode, string? failure, string words)
    {
        _watcher.End();
        if (_run.IsJson)
        {
            _run.Json.WriteResult(exitCode, failure, words);
        }
        else
        {
            _run.Error.Line(words);
        }

        return exitCode;
    }
}
