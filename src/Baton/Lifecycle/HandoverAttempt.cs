using Baton.Handover;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>
/// A restart by handover: a successor that gets its commit and proves itself, or a failure after which it is dead and reaped and nothing of ours has
/// changed. What comes after the commit is in <see cref="SuccessorProbation"/>.
/// </summary>
internal sealed class HandoverAttempt : RestartAttempt
{
    private const int MostPostponements = 4;

    private readonly ProcessLifecycle _lifecycle;
    private readonly LifecycleContext _context;
    private readonly ProgressThrottle _words;
    private ISuccessor? _successor;
    private IReadOnlyList<string> _claimed = [];
    private volatile SuccessorProbation? _probation;
    private LoopTimer? _readyTimer;
    private SuccessorKill? _kill;
    private LoopTimer? _exitTimer;
    private RestartException? _failure;
    private bool _over;

    internal HandoverAttempt(RestartRequest request, StartCommand command, int generation, ProcessLifecycle lifecycle, LifecycleContext context)
        : base(request, command, generation, lifecycle, context)
    {
        (_lifecycle, _context) = (lifecycle, context);
        _words = new ProgressThrottle(context, Hear);
    }

    internal override int? SuccessorPid => _successor?.Pid;

    internal override IReadOnlyList<string> Claimed => _claimed;

    /// <summary>The successor's time to prove itself; null before its commit.</summary>
    internal SuccessorProbation? Probation => _probation;

    protected override bool Served => _probation is not null;

    private ILogger Logger => _context.Logger;

    private RestarterOptions Options => _context.Options;

    internal override void Cancel()
    {
        if (_successor is null)
        {
            base.Cancel();
        }
        else
        {
            GiveUp();
        }
    }

    /// <summary>Ends the successor, if it has been started: this process is about to shut down.</summary>
    internal void GiveUp()
    {
        if (_successor is not null)
        {
            Fail(RestartFailure.Stopping, "was killed because a shutdown was asked", TimeSpan.Zero);
        }
    }

    /// <summary>Forces the oldest where there would be too many beside this process and its successor: before the start, and again when more of them become known.</summary>
    internal void BoundGenerations() => _context.Try(() =>
        _context.Older.ForceDownTo(Options.MaxGenerations - 2, $"a restart, as no more than {Options.MaxGenerations} processes may live"));

    protected override void Proceed()
    {
        Enter("spawn");
        BoundGenerations();

        // From here on a successor may have to serve without us. Our own predecessor, if it was stopped all the time, must not
        // take over beside it.
        _context.TellPredecessor(new HandoverMessage.HandedOn());
        try
        {
            _successor = new GuardedSuccessor(
                _context.Programs.StartSuccessor(Command, Generation, Trace, e => _context.Loop.Post(() => Handle(e))), Logger);
        }
        catch (Exception e)
        {
            NotBegun(e);
            return;
        }

        _context.TellPredecessor(new HandoverMessage.HandedOn(_successor.Pid));
        AnnounceSuccessor(_successor.Pid, RestartStrategy.Handover);
        AwaitReady(Options.ReadyTimeout, MostPostponements);
    }

    // The time that this process was paused is none in which the successor was known to be silent.
    private void AwaitReady(TimeSpan time, int postponements)
    {
        long begun = _context.Now;
        _readyTimer = _context.Loop.Schedule(time, () =>
        {
            if (postponements > 0 && (_successor!.HasUnheard || _context.WasPaused(begun, time)))
            {
                AwaitReady(Options.ReadyTimeout / MostPostponements, postponements - 1);
                return;
            }

            _words.Flush();
            if (_successor!.Dump is { } dump)
            {
                Fail(RestartFailure.SuccessorExited, $"crashed before it was ready, and {dump}; last heard: {Timeline.Last}", TimeSpan.Zero);
                return;
            }

            string limit = $"{Options.ReadyTimeout.TotalSeconds:0.###} s";
            Fail(RestartFailure.ReadyTimedOut, $"was not ready within {limit} and was killed; last heard: {Timeline.Last}", TimeSpan.Zero);
        });
    }

    private void Handle(PeerEvent happened)
    {
        if (_probation is not null)
        {
            _probation.Handle(happened);
            return;
        }

        var message = (happened as PeerEvent.Said)?.Message;
        if (message is HandoverMessage.Progress progress)
        {
            _words.Say(progress.Phase, progress.Detail);
            return;
        }

        // What it said before.
        _words.Flush();
        switch (happened)
        {
            case PeerEvent.Broken broken:
                Fail(broken.Cause.Failure, $"broke the handover: {broken.Cause.Message}", TimeSpan.Zero);
                break;
            case PeerEvent.Closed:
                Fail(RestartFailure.PeerLost, "closed its end of the handover and lives on", TimeSpan.Zero);
                break;
            case PeerEvent.Ended ended:
                _failure = Ended(ended.Status);
                BackOut();
                break;
            default:
                Handle(message!);
                break;
        }
    }

    private void Handle(HandoverMessage message)
    {
        switch (message)
        {
            case HandoverMessage.Hello hello:
                Hear("starting", $"{hello.Program}, with {_successor!.ListenersGiven} listeners");
                break;
            case HandoverMessage.Ready ready:
                Commit(ready);
                break;
            case HandoverMessage.Failed failed:
                HearFailed(failed.Reason);
                break;
            default:
                Fail(RestartFailure.ProtocolError, $"broke the handover: it said {message.GetType().Name} before it was told to serve", TimeSpan.Zero);
                break;
        }
    }

    private void Hear(string phase, string detail)
    {
        if (_over)
        {
            return;
        }

        Enter(phase, detail, _successor!.Pid);
        Logger.SuccessorProgress(_successor.Pid, Timeline.Last);
    }

    private void HearFailed(string reason)
    {
        string what = $"could not start: {reason}";
        if (_failure?.Failure == RestartFailure.SuccessorFailed)
        {
            // An application that disposes what it has says only then which exception made it do so.
            _failure = NewFailure(RestartFailure.SuccessorFailed, what, reason);
        }
        else
        {
            // It is about to end; killed at once, the rest of its own account would be missing from the log.
            Fail(RestartFailure.SuccessorFailed, what, Options.ExitTimeout, reason);
        }
    }

    private RestartException NewFailure(RestartFailure failure, string what, string? words) =>
        new(failure, Explain(failure, $"successor {_successor!.Pid} {what}")) { SuccessorWords = words, Phases = Timeline.Phases };

    private void Commit(HandoverMessage.Ready ready)
    {
        if (_failure is not null)
        {
            _successor!.TryTell(new HandoverMessage.Refused(_failure.Message));
            return;
        }

        _readyTimer?.Cancel();
        _claimed = ready.Claimed;
        Enter("commit");
        try
        {
            _context.Try(_context.Endpoints.CloseGate);
            _context.Try(() => _context.Endpoints.NameMain(_successor!.Pid));
            _context.Feed.Publish(new LifecycleNews.HandingOver(_successor!.Pid, Generation, Options.Probation));
            _successor.Commit(Options.Probation, Heartbeat.IntervalOf(Options));
        }
        catch (Exception e)
        {
            // It never learned that it may serve, so it does not, and is killed first: we go on where we stopped.
            Fail((e as RestartException)?.Failure ?? RestartFailure.ProtocolError, $"was ready, but could not be told to serve: {e.Message}", TimeSpan.Zero);
            _context.Try(_context.Endpoints.OpenGate);
            _context.Try(() => _context.Endpoints.NameMain(Environment.ProcessId));
            _context.Feed.Publish(new LifecycleNews.ServesAgain(Generation - 1));
            return;
        }

        var outcome = new RestartOutcome(_successor.Pid, Generation, RestartStrategy.Handover, Timeline.Elapsed, Timeline.Phases);
        Logger.HandedOver(_successor.Pid, Generation, (long)outcome.Duration.TotalMilliseconds);
        Enter("probation");
        _probation = new SuccessorProbation(_successor, Generation, _lifecycle, this, _context);
        _lifecycle.Committed(this);
        _probation.Begin(passed: () => Proved(outcome with { Phases = Timeline.Phases }), failed: Report);
    }

    private void Proved(RestartOutcome outcome)
    {
        Succeed(outcome);
        _successor!.TryTell(new HandoverMessage.History(_lifecycle.History));
    }

    /// <summary>The answer to a restart that was rolled back, with all that is known by then.</summary>
    private void Report(RestartFailure failure, string what, string? words, ExitStatus? status) => Fail(new RestartException(failure, Explain(failure, what, "serves again"))
    {
        SuccessorWords = words, SuccessorExitCode = status?.Code, SuccessorSignal = status?.Signal, Phases = Timeline.Phases,
    });

    private void Fail(RestartFailure failure, string what, TimeSpan untilKilled, string? words = null)
    {
        if (_failure is not null || _probation is not null)
        {
            return;
        }

        _readyTimer?.Cancel();
        _failure = NewFailure(failure, what, words);
        _kill = new SuccessorKill(_successor!, _context, killed: () => _exitTimer = _context.Loop.Schedule(Options.ExitTimeout, () =>
        {
            Logger.SuccessorNotReaped(_successor!.Pid, Options.ExitTimeout);
            BackOut();
        }));
        if (failure == RestartFailure.Stopping)
        {
            _kill.Now();
        }
        else
        {
            _kill.After(untilKilled);
        }
    }

    private RestartException Ended(ExitStatus status)
    {
        RestartFailure failure = _failure?.Failure ?? RestartFailure.SuccessorExited;
        string message = _failure?.Message ?? Explain(failure, $"successor {_successor!.Pid} {status} before it was ready; last heard: {Timeline.Last}");
        return new RestartException(failure, message)
        {
            SuccessorWords = _failure?.SuccessorWords, SuccessorExitCode = status.Code, SuccessorSignal = status.Signal, Phases = _failure?.Phases ?? Timeline.Phases,
        };
    }

    private void BackOut()
    {
        if (!_over)
        {
            _over = true;
            _readyTimer?.Cancel();
            _kill?.Cancel();
            _exitTimer?.Cancel();

            // The state first: who hears of the failure may ask for the next restart at once.
            _lifecycle.BackedOut(this);
            Fail(_failure!);
        }
    }
}
