namespace Baton.Lifecycle;

/// <summary>
/// The end of a process: open work finishes until the drain timeout, then it is cut. While a successor is on probation the
/// process only becomes idle, and may be called back. Once it may end, it ends when it is idle. Its application then has the time
/// of its host. If it has not ended by then, or within the exit timeout after force, it is ended hard. Lives on the control loop.
/// </summary>
/// <param name="context">What it works with.</param>
/// <param name="describe">Describes this process and its open work.</param>
/// <param name="idle">Called once when nothing is open.</param>
/// <param name="finished">Called once when the process is idle and may end.</param>
/// <param name="lastResort">Called before the process is ended hard.</param>
internal sealed class Departure(
    LifecycleContext context, Func<GenerationStatus> describe, Action idle, Action finished, Action lastResort)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _calledBack = new();
    private readonly long _begun = context.Now;
    private long _drainedAt;
    private bool _idle;
    private bool _cut;
    private bool _mayEnd;
    private bool _endsHard;
    private bool _awaitsSuccessor;
    private bool _forced;
    private bool _finished;

    /// <summary>The time until open work is cut; null for no limit. From any thread.</summary>
    internal TimeSpan? TimeLeft => Limit is { } limit ? LifecycleContext.Left(limit, context.Since(_begun)) : null;

    /// <summary>When the open work had ended; null if there is some. From any thread.</summary>
    internal DateTimeOffset? DrainedAt =>
        Volatile.Read(ref _drainedAt) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    private TimeSpan? Limit => Options.DrainTimeout == Timeout.InfiniteTimeSpan ? null : Options.DrainTimeout;

    private TimeSpan HookTime => Options.Hooks.HasAny ? Options.HookTimeout : TimeSpan.Zero;

    private RestarterOptions Options => context.Options;

    internal void Begin()
    {
        context.Loop.Schedule(Options.DrainTimeout, DrainTimeoutPassed);
        Report();
        context.Drain(Drained, _calledBack.Token);
    }

    /// <summary>This process serves again.</summary>
    internal void CallBack() => _calledBack.Cancel();

    /// <summary>No process will call this one back.</summary>
    /// <param name="afterSuccessor">Whether the service ends: this process waits for the successor's end too.</param>
    internal void MayEnd(bool afterSuccessor = false)
    {
        if (!_mayEnd)
        {
            _mayEnd = true;
            _awaitsSuccessor = afterSuccessor;

            // The application may hang in its shutdown, and old code must not stay. A successor that also ends has the same time,
            // and may begin to count later.
            TimeSpan limit = LifecycleContext.Then(context.Application.Limit ?? Options.DrainTimeout, Options.ExitTimeout);
            if (afterSuccessor)
            {
                limit = LifecycleContext.Then(LifecycleContext.Then(limit, Options.ShutdownIdleGrace), HookTime);
                limit = LifecycleContext.Then(limit, Options.ExitTimeout);
            }

            context.Loop.Schedule(limit, () => EndHard($"its application has not ended within {limit.TotalSeconds:0.###} s"));
            FinishIfDone();
        }
    }

    internal void SuccessorEnded()
    {
        _awaitsSuccessor = false;
        FinishIfDone();
    }

    /// <summary>The host's time to stop is over: open work is cut. The application may still take its time.</summary>
    internal void StopWaiting(RestartTrigger trigger)
    {
        CutIfOpen(trigger, asked: true);
        _mayEnd = true;
        SuccessorEnded();
    }

    /// <summary>Cuts the open work now, and limits the application's remaining time.</summary>
    internal void Force(RestartTrigger trigger)
    {
        if (_forced)
        {
            return;
        }

        _forced = true;
        CutOnce(trigger, asked: true);
        FinishIfDone();

        // Hooks have their own time, also after force.
        TimeSpan limit = LifecycleContext.Then(HookTime, Options.ExitTimeout);
        string reason = $"forced by {trigger}, and after {limit.TotalSeconds:0.###} s more the application has still not ended";
        context.Loop.Schedule(limit, () => EndHard(reason));
    }

    // Once: both its own time and the time after force may pass.
    private void EndHard(string reason)
    {
        if (!_endsHard)
        {
            _endsHard = true;
            lastResort();
            context.Try(() => context.Process.End(Restarter.ForcedExitCode, reason));
        }
    }

    // For clients that watch; nothing depends on it.
    private void Report()
    {
        if (_idle || _calledBack.IsCancellationRequested)
        {
            return;
        }

        if (context.Feed.WantsReports)
        {
            context.Feed.Publish(new LifecycleEvent.Draining(describe(), context.Since(_begun), Limit));
        }

        context.Loop.Schedule(ReportInterval, Report);
    }

    /// <summary>Cuts the open work. A process that may be called back only becomes idle by that.</summary>
    internal void CutNow(RestartTrigger trigger)
    {
        if (_mayEnd)
        {
            Force(trigger);
        }
        else
        {
            CutIfOpen(trigger, asked: true);
        }
    }

    private void DrainTimeoutPassed()
    {
        CutIfOpen(RestartTrigger.OfDrainTimeout(Options.DrainTimeout), asked: false);
        FinishIfDone();
    }

    private void CutIfOpen(RestartTrigger trigger, bool asked)
    {
        if (!_idle && !_calledBack.IsCancellationRequested)
        {
            CutOnce(trigger, asked);
        }
    }

    private void CutOnce(RestartTrigger trigger, bool asked)
    {
        if (!_cut)
        {
            _cut = true;
            Cut(context, trigger, asked);
            BecomeIdle();
        }
    }

    /// <summary>Cuts the open work and logs it. A limit that passes without open work has cut nothing.</summary>
    /// <param name="context">What it works with.</param>
    /// <param name="trigger">What asked for it.</param>
    /// <param name="asked">Whether a caller asked for it, so that it is logged in any case.</param>
    internal static void Cut(LifecycleContext context, RestartTrigger trigger, bool asked)
    {
        OpenWork cut = default;
        context.Try(() => cut = context.Work.Cut());
        if (cut == default && !asked)
        {
            context.Logger.NothingCut(Environment.ProcessId, trigger);
            return;
        }

        context.Logger.Forced(Environment.ProcessId, trigger, cut.Connections, cut.Requests);
        context.Feed.Publish(new LifecycleEvent.WorkCut(trigger, cut));
    }

    private void Drained(Task drained)
    {
        if (drained.IsFaulted)
        {
            context.Logger.DrainFailed(drained.Exception);
        }
        else if (drained.IsCompletedSuccessfully && !_idle)
        {
            context.Logger.Drained(Environment.ProcessId, (long)context.Since(_begun).TotalMilliseconds);
            BecomeIdle();
            FinishIfDone();
        }
    }

    private void BecomeIdle()
    {
        if (!_idle)
        {
            _idle = true;
            Volatile.Write(ref _drainedAt, context.Options.TimeProvider.GetUtcNow().UtcTicks);
            context.Feed.Publish(new LifecycleEvent.Drained());
            idle();
        }
    }

    private void FinishIfDone()
    {
        if (_idle && _mayEnd && !_awaitsSuccessor && !_finished)
        {
            _finished = true;
            finished();
        }
    }
}
