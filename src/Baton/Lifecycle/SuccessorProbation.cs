using Baton.Handover;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>
/// The predecessor's watch over a successor that serves: until it has proved itself this process can take over again. Ends once, in one of three ways:
/// passed, rolled back, or the whole service is shut down. Lives on the control loop.
/// </summary>
internal sealed class SuccessorProbation(ISuccessor successor, int generation, ProcessLifecycle lifecycle, RestartAttempt attempt, LifecycleContext context)
{
    private readonly long _begun = context.Now;
    private readonly List<LoopTimer> _timers = [];
    private readonly SuccessorKill _kill = new(successor, context, killed: static () => { });
    private CrashWatch? _crashes;
    private Action? _passed;
    private Reporter? _failed;
    private RollBackReason? _unreported;
    private HandoverMessage.Alive? _lastSign;
    private long _lastSignAt;
    private int _looksWithoutSign;
    private bool _timeIsUp;
    private bool _over;
    private bool _told;
    private bool _handedOn;
    private int? _heir;
    private bool _rolledBack;
    private bool _followed;
    private ReturnedSuccessor? _returned;

    /// <summary>Gets what the requesters of the restart are told.</summary>
    internal delegate void Reporter(RestartFailure failure, string what, string? words, ExitStatus? status);

    private RestarterOptions Options => context.Options;

    /// <summary>Until the next sign of life ends it; from any thread.</summary>
    internal TimeSpan TimeLeft => LifecycleContext.Left(Options.Probation, context.Since(_begun));

    internal bool SuccessorLives => successor.Lives;

    /// <summary>Whether one that the successor has started serves, or is about to: a restart that it tried before may have failed.</summary>
    internal bool HasHeir => _heir is { } heir ? context.Process.Sees(heir) : _handedOn;

    internal void Begin(Action passed, Reporter failed)
    {
        (_passed, _failed) = (passed, failed);
        if (Options.Probation == TimeSpan.Zero)
        {
            Pass();
            return;
        }

        _timers.Add(context.Loop.Schedule(Options.Probation, TimeIsUp));
        _crashes = new CrashWatch(successor, context, what => RollBack(new RollBackReason(RestartFailure.SuccessorDied, what, Words: null), untilKilled: TimeSpan.Zero));
        _crashes.Begin();
        if (Heartbeat.IntervalOf(Options) > TimeSpan.Zero)
        {
            LookAfter(Options.HeartbeatTimeout / Heartbeat.Looks);
        }
    }

    /// <summary>Ends it well, before its time if need be: this process gives up its right to come back.</summary>
    internal void Pass()
    {
        if (End())
        {
            // For good, and before the channel is passed on: whatever becomes of this process, another one serves.
            context.TellPredecessor(new HandoverMessage.HandedOn());
            context.Try(() => context.Older.PassOn((successor as GuardedSuccessor)?.Inner ?? successor));
            lifecycle.SuccessorProved(attempt);
            _passed!();
        }
    }

    // With the next sign of life, not by the clock alone: after a pause bad news may be on the way, and one that has never said anything has proved nothing.
    private void TimeIsUp()
    {
        _timeIsUp = true;
        if (Heartbeat.IntervalOf(Options) == TimeSpan.Zero && successor.Lives)
        {
            Pass();
        }
    }

    /// <summary>This process was asked to shut down, and the service was meant: has the successor end too.</summary>
    internal void ShutDown(string trigger)
    {
        if (End())
        {
            _told = true;
            successor.TryTell(new HandoverMessage.Shutdown(trigger));
            _failed!(RestartFailure.Stopping, $"successor {successor.Pid} was told to shut down too, as {trigger} asked process {Environment.ProcessId}", null, null);
        }
    }

    /// <summary>Both were shut down together, and now both are to hurry.</summary>
    internal void Force(string trigger)
    {
        if (_told)
        {
            successor.TryTell(new HandoverMessage.Force(trigger));
        }
    }

    /// <summary>The same, for one that did not listen.</summary>
    internal void KillSuccessor()
    {
        if (_told)
        {
            successor.Kill();
        }
    }

    internal void Tell(HandoverMessage message) => successor.TryTell(message);

    internal void Handle(PeerEvent happened)
    {
        switch (happened)
        {
            case PeerEvent.Said { Message: var message }:
                Handle(message);
                break;
            case PeerEvent.Broken broken when _over:
                context.Logger.ChannelBroken(broken.Cause.Message);
                break;
            case PeerEvent.Broken broken:
                RollBack(new RollBackReason(broken.Cause.Failure, $"broke the handover: {broken.Cause.Message}", Words: null), untilKilled: TimeSpan.Zero);
                break;
            case PeerEvent.Closed:
                RollBack(new RollBackReason(RestartFailure.PeerLost, "closed its end of the handover and lives on", Words: null), untilKilled: TimeSpan.Zero);
                break;
            case PeerEvent.Ended ended:
                Ended(ended.Status);
                break;
        }
    }

    private void Handle(HandoverMessage message)
    {
        switch (message)
        {
            case HandoverMessage.Alive alive:
                (_lastSign, _lastSignAt, _looksWithoutSign) = (alive, context.Now, 0);
                if (_timeIsUp && successor.Lives)
                {
                    Pass();
                }

                break;
            case HandoverMessage.Unhealthy unhealthy:
                string what = $"{(unhealthy.Ends ? "gave back" : "is unhealthy")}: {unhealthy.Reason}";
                RollBack(new RollBackReason(RestartFailure.SuccessorUnhealthy, what, unhealthy.Reason) { Ends = unhealthy.Ends });
                break;
            case HandoverMessage.Failed failed when _unreported is { Ends: true } reason:
                // The exception that made it end, which is known only after it has disposed what it had.
                _unreported = reason with { What = $"gave back: {failed.Reason}", Words = failed.Reason };
                break;
            case HandoverMessage.Failed failed:
                RollBack(new RollBackReason(RestartFailure.SuccessorDied, $"failed: {failed.Reason}", failed.Reason), untilKilled: Options.ExitTimeout);
                break;
            case HandoverMessage.Stopping stopping:
                Follow(stopping.Trigger);
                break;
            case HandoverMessage.Force force:
                ForceAsked(force.Trigger);
                break;
            case HandoverMessage.Remaining remaining:
                _returned?.Heard(remaining.Status);
                break;
            case HandoverMessage.HandedOn handedOn:
                (_handedOn, _heir) = (true, handedOn.Successor);
                Pass();
                break;
        }
    }

    private void ForceAsked(string trigger)
    {
        if (_rolledBack && !_followed)
        {
            // Whoever asked meant the one that departs. This process serves.
            context.Logger.ForceIgnored(successor.Pid, trigger, Environment.ProcessId);
        }
        else if (_over || successor.Lives)
        {
            // It is about this process alone, not about the service; and void from one that has ended: then this process is needed.
            Pass();
            lifecycle.Force(trigger);
        }
    }

    // It is no failure of the successor that somebody wants the service to end.
    private void Follow(string trigger)
    {
        _followed = true;
        if (End())
        {
            _failed!(RestartFailure.Stopping, $"successor {successor.Pid} served, and was then asked to shut down by {trigger}", null, null);
        }

        // Also after a roll back: it was asked before it knew of that, and has removed its unix paths.
        lifecycle.RequestShutdown($"{trigger}, sent to successor {successor.Pid}");
    }

    private void Ended(ExitStatus status)
    {
        _kill.Cancel();
        _returned?.Ended();
        if (!_over)
        {
            RollBack(new RollBackReason(RestartFailure.SuccessorDied, status.ToString(), Words: null), status: status);
        }
        else if (_unreported is not null)
        {
            Report(status);
        }
        else
        {
            context.Logger.SuccessorGone(successor.Pid, status.ToString(), Environment.ProcessId);
            if (!HasHeir && status.Code != 0)
            {
                lifecycle.SuccessorDied(attempt, successor.Pid);
            }
        }

        lifecycle.SuccessorEnded(attempt);
    }

    private void LookAfter(TimeSpan interval)
    {
        long begun = context.Now;
        _timers.Add(context.Loop.Schedule(interval, () =>
        {
            // Only looks that this process took in time, one after the other, are evidence.
            _looksWithoutSign = context.WasPaused(begun, interval) ? 1 : _looksWithoutSign + 1;
            if (_looksWithoutSign <= Heartbeat.Looks || (_looksWithoutSign <= 2 * Heartbeat.Looks && successor.HasUnheard))
            {
                LookAfter(interval);
                return;
            }

            string what = $"gave no sign of progress for {Options.HeartbeatTimeout.TotalSeconds:0.###} s and was killed";
            RollBack(new RollBackReason(RestartFailure.SuccessorHung, what, Words: null), untilKilled: TimeSpan.Zero);
        }));
    }

    // A successor that failed has stopped accepting, and may have a dump written: it has time to end by itself. Null for no kill.
    private void RollBack(RollBackReason reason, TimeSpan? untilKilled = null, ExitStatus? status = null)
    {
        if (!End())
        {
            return;
        }

        _rolledBack = true;
        long noticed = context.Now;
        if (untilKilled is { } limit)
        {
            _kill.After(limit);
        }

        lifecycle.TakeOverAgain(attempt);
        context.Logger.RolledBack(successor.Pid, reason.What, Environment.ProcessId, (long)context.Since(noticed).TotalMilliseconds, KnownLoss());
        if (reason.Failure == RestartFailure.SuccessorUnhealthy)
        {
            // It lives, has stopped accepting, and finishes what it has. It counts before the next restart begins.
            _returned = new ReturnedSuccessor(successor, generation, context);
            _returned.Begin();
        }

        lifecycle.TakeUpHeld();
        _unreported = reason;
        if (reason.Ends || untilKilled is not null)
        {
            // Its exit status, and an exception behind its end, belong to the report: both are here in a moment.
            _timers.Add(context.Loop.Schedule(Options.ExitTimeout, () => Report(status: null)));
        }
        else
        {
            Report(status);
        }
    }

    private void Report(ExitStatus? status)
    {
        if (_unreported is { } reason)
        {
            _unreported = null;
            string what = $"successor {successor.Pid} took over, then {reason.What}{(reason.Failure == RestartFailure.SuccessorUnhealthy ? "" : KnownLoss())}; rolled back";
            _failed!(reason.Failure, what, reason.Words, status);
        }
    }

    private string KnownLoss() => _lastSign is null
        ? "; what it had open is not known"
        : $"; {context.Since(_lastSignAt).TotalMilliseconds:0} ms before, it had {_lastSign.Connections} connections and {_lastSign.Requests} requests open";

    private bool End()
    {
        if (_over)
        {
            return false;
        }

        _over = true;
        _timers.ForEach(t => t.Cancel());
        _crashes?.End();
        return true;
    }
}
