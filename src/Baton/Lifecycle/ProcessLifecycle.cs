using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// The state of this process and the only place where it changes. Everything here runs on the control loop, in order, so there is nothing
/// to lock; <see cref="LifecycleTable"/> decides, <see cref="ILifecycleEffects"/> acts.
/// </summary>
internal sealed class ProcessLifecycle(
    Func<int> generation, bool hasPredecessor, ILifecycleEffects effects, ControlLoop loop, RestarterOptions options, ILogger logger)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ProcessState _state;
    private volatile RestartAttempt? _attempt;
    private Departure? _departure;
    private string? _held;
    private bool _gaveUp;

    /// <summary>The state; from any thread.</summary>
    internal ProcessState State => _state;

    internal int? SuccessorPid => _attempt?.SuccessorPid;

    /// <summary>Completes when this process serves; fails when it never will.</summary>
    internal Task Ready => _ready.Task;

    /// <summary>Completes when nothing is open any more.</summary>
    internal Task Exited => _exited.Task;

    /// <summary>Completes when this process is no longer on probation.</summary>
    internal Task ProbationEnded => _ready.Task;

    internal void ReportUnhealthy(string reason) => logger.RestartFailed(reason);

    /// <summary>The service says that it can serve: a first generation does, a successor asks its predecessor.</summary>
    internal void ServiceReady()
    {
        if (State != ProcessState.Starting)
        {
            return;
        }

        if (!hasPredecessor)
        {
            Serve();
            return;
        }

        try
        {
            effects.AnnounceReady();
            loop.Schedule(options.HandshakeTimeout, () => GiveUpStarting($"the predecessor did not answer within {options.HandshakeTimeout.TotalSeconds:0.###} s"));
        }
        catch (RestartException e)
        {
            GiveUpStarting(e.Message);
        }
    }

    /// <summary>The predecessor has stopped accepting: serve.</summary>
    internal void Serve()
    {
        if (Move(LifecycleEvent.Ready))
        {
            effects.OpenGate();
            _ready.TrySetResult();
            if (Interlocked.Exchange(ref _held, null) is { } trigger)
            {
                RequestRestart(trigger, holdUntilReady: true, asked: null);
            }
        }
    }

    /// <summary>As a successor that does not serve yet: there is nothing to take over, and nothing to fall back to.</summary>
    internal void GiveUpStarting(string reason)
    {
        // Once: a refusal is followed by the end of the stream, which would take its place in the log.
        if (State == ProcessState.Starting && !_gaveUp)
        {
            _gaveUp = true;
            effects.EndProcess(exitCode: 1, $"it was to take over, but {reason}");
        }
    }

    /// <param name="trigger">Who asks, for people.</param>
    /// <param name="holdUntilReady">A signal can't be answered: one that comes too early is held, not refused.</param>
    /// <param name="asked">Gets the outcome; null where nobody can be told.</param>
    internal void RequestRestart(string trigger, bool holdUntilReady, TaskCompletionSource<RestartOutcome>? asked)
    {
        if (holdUntilReady && State == ProcessState.Starting)
        {
            _held = trigger;
            logger.RestartHeld(trigger);
            return;
        }

        if (LifecycleTable.Next(State, LifecycleEvent.RestartAsked).Refusal is { } refusal)
        {
            string reason = Refusals.Describe(refusal, SuccessorPid);
            logger.RestartRefused(trigger, reason);
            asked?.SetException(new RestartException(refusal, $"Restart by {trigger} was refused: {reason}."));
            return;
        }

        logger.RestartAsked(trigger);
        Move(LifecycleEvent.RestartAsked);
        var attempt = new RestartAttempt(trigger, generation() + 1, asked, effects, loop, options, logger);
        _attempt = attempt;
        attempt.Begin(HandOver, () => BackedOut(attempt));
    }

    internal void RequestShutdown(string trigger)
    {
        RestartAttempt? unfinished = State == ProcessState.Restarting ? _attempt : null;
        if (LifecycleTable.Next(State, LifecycleEvent.ShutdownAsked).Next == State)
        {
            // On its way out already.
            return;
        }

        logger.ShutdownAsked(trigger);
        Move(LifecycleEvent.ShutdownAsked);
        unfinished?.Cancel();
        _ready.TrySetException(new RestartException(RestartFailure.Stopping, $"Process {Environment.ProcessId} was asked to shut down by {trigger} before it served."));
        effects.CloseGate();
        effects.ReleaseListeners(claimedBySuccessor: []);
        Depart();
        effects.AnnounceStopping();
    }

    /// <summary>Ends now, cutting what is open.</summary>
    internal void Force(string trigger)
    {
        RequestShutdown(trigger);
        _departure?.Force(trigger);
    }

    private void HandOver()
    {
        Move(LifecycleEvent.Committed);
        Depart();

        // Place of the probation: until it ends, the successor may still give back what it was handed.
        Move(LifecycleEvent.ProbationPassed);
        effects.ReleaseListeners(_attempt!.Claimed);
        effects.AnnounceStopping();
    }

    private void BackedOut(RestartAttempt attempt)
    {
        if (_attempt == attempt)
        {
            _attempt = null;
        }

        Move(LifecycleEvent.BackedOut);
    }

    private void Depart()
    {
        _departure = new Departure(effects, loop, options, logger, () =>
        {
            Move(LifecycleEvent.Finished);
            _exited.TrySetResult();
        });
        _departure.Begin();
    }

    private bool Move(LifecycleEvent happened)
    {
        ProcessState previous = _state;
        ProcessState next = LifecycleTable.Next(previous, happened).Next;
        if (next == previous)
        {
            return false;
        }

        _state = next;
        logger.StateChanged(Environment.ProcessId, generation(), previous, next);
        return true;
    }
}
