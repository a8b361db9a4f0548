using Baton.Handover;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// One restart, from the request to its outcome: a successor that got its commit, or a failure after which it is dead and reaped and nothing
/// of ours has changed. Lives on the control loop.
/// </summary>
internal sealed class RestartAttempt(
    string trigger, int generation, TaskCompletionSource<RestartOutcome>? asked, ILifecycleEffects effects, ControlLoop loop, RestarterOptions options, ILogger logger)
{
    private readonly long _begun = options.TimeProvider.GetTimestamp();
    private Action? _backedOut;
    private Action? _committed;
    private ISuccessor? _successor;
    private LoopTimer? _readyTimer;
    private LoopTimer? _killTimer;
    private LoopTimer? _exitTimer;
    private RestartException? _failure;
    private string _phase = "it has said nothing yet";
    private bool _handedOver;
    private bool _over;

    internal int? SuccessorPid => _successor?.Pid;

    /// <summary>What the successor uses; the rest goes with us.</summary>
    internal IReadOnlyList<string> Claimed { get; private set; } = [];

    /// <param name="committed">Called when the successor has been told to serve.</param>
    /// <param name="backedOut">Called once when the restart has failed and is cleaned up.</param>
    internal void Begin(Action committed, Action backedOut)
    {
        (_committed, _backedOut) = (committed, backedOut);
        try
        {
            _successor = effects.StartSuccessor(generation, e => loop.Post(() => Handle(e)));
        }
        catch (Exception e)
        {
            // Also one that nobody foresaw (no descriptors, no threads): the service goes on, and so must the next restart.
            _failure = Explain((e as RestartException)?.Failure ?? RestartFailure.SpawnFailed, e.Message, e);
            BackOut();
            return;
        }

        _readyTimer = loop.Schedule(options.ReadyTimeout, () => Fail(
            RestartFailure.ReadyTimedOut, $"was not ready within {options.ReadyTimeout.TotalSeconds:0.###} s and was killed; last heard: {_phase}", TimeSpan.Zero));
    }

    /// <summary>Gives up: the process shuts down instead.</summary>
    internal void Cancel() => Fail(RestartFailure.Stopping, "was killed because a shutdown was asked", TimeSpan.Zero);

    private void Handle(SuccessorEvent happened)
    {
        switch (happened)
        {
            case SuccessorEvent.Progress progress:
                _phase = progress.Phase;
                logger.SuccessorProgress(_successor!.Pid, progress.Phase);
                break;
            case SuccessorEvent.Ready when _handedOver:
                logger.ChannelBroken("it said ready a second time");
                break;
            case SuccessorEvent.Ready ready:
                Commit(ready);
                break;
            case SuccessorEvent.Failed failed:
                // It is about to end; killed at once, the rest of its own account would be missing from the log.
                Fail(RestartFailure.SuccessorFailed, $"could not start: {failed.Reason}", options.ExitTimeout);
                break;
            case SuccessorEvent.Broken broken when !_handedOver:
                Fail(broken.Cause.Failure, $"broke the handover: {broken.Cause.Message}", TimeSpan.Zero);
                break;
            case SuccessorEvent.Broken broken:
                logger.ChannelBroken(broken.Cause.Message);
                break;
            case SuccessorEvent.Ended ended when _handedOver:
                logger.SuccessorGone(_successor!.Pid, ended.Status.ToString(), Environment.ProcessId);
                break;
            case SuccessorEvent.Ended ended:
                _failure ??= Explain(RestartFailure.SuccessorExited, $"successor {_successor!.Pid} {ended.Status} before it was ready; last heard: {_phase}");
                BackOut();
                break;
        }
    }

    private void Commit(SuccessorEvent.Ready ready)
    {
        if (_failure is not null)
        {
            _successor!.Refuse(_failure.Message);
            return;
        }

        _readyTimer?.Cancel();
        Claimed = ready.Claimed;
        effects.CloseGate();
        try
        {
            _successor!.Commit();
        }
        catch (RestartException e)
        {
            // It never learned that it may serve, so it does not: we go on where we stopped.
            effects.OpenGate();
            Fail(e.Failure, $"was ready, but could not be told to serve: {e.Message}", TimeSpan.Zero);
            return;
        }

        TimeSpan took = options.TimeProvider.GetElapsedTime(_begun);
        logger.HandedOver(_successor.Pid, generation, (long)took.TotalMilliseconds);
        _handedOver = true;
        _committed!();
        asked?.SetResult(new RestartOutcome(_successor.Pid, generation, took));
    }

    private void Fail(RestartFailure failure, string what, TimeSpan untilKilled)
    {
        if (_failure is not null || _handedOver)
        {
            return;
        }

        _readyTimer?.Cancel();
        _failure = Explain(failure, $"successor {_successor!.Pid} {what}");
        if (untilKilled == TimeSpan.Zero)
        {
            // Now, not with the next timer: this process may be about to leave.
            _successor.Kill();
        }
        else
        {
            _killTimer = loop.Schedule(untilKilled, _successor.Kill);
        }

        _exitTimer = loop.Schedule(untilKilled + options.ExitTimeout, () =>
        {
            logger.SuccessorNotReaped(_successor.Pid, options.ExitTimeout);
            BackOut();
        });
    }

    private RestartException Explain(RestartFailure failure, string what, Exception? inner = null) =>
        new(failure, $"Restart by {trigger}: {what.TrimEnd('.')}. Process {Environment.ProcessId} {(failure == RestartFailure.Stopping ? "shuts down" : "keeps serving")}.", inner);

    private void BackOut()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        _readyTimer?.Cancel();
        _killTimer?.Cancel();
        _exitTimer?.Cancel();
        logger.RestartFailed(_failure!.Message);
        _backedOut!();
        asked?.SetException(_failure);
    }
}
