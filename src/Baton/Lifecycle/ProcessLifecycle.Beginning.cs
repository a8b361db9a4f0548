using System.Diagnostics;
using Baton.Handover;

namespace Baton.Lifecycle;

/// <content>How a process begins: by itself, or as a successor that first waits for its commit and then is on probation.</content>
internal sealed partial class ProcessLifecycle
{
    // Exit code of a first generation that was not ready in time.
    private const int NotReadyExitCode = 1;

    private volatile OwnProbation? _probation;
    private string? _leaving;
    private ProgressThrottle? _words;
    private bool _announced;
    private bool _gaveUp;
    private string _lastProgress = "nothing";

    // Its predecessor died before the commit: nobody else can serve.
    private volatile bool _isAlone;
    private bool _takenBack;

    /// <summary>Whether the predecessor died before it could hand over; from any thread.</summary>
    internal bool IsAlone => _isAlone;

    /// <summary>Whether a predecessor serves until this process does; from any thread.</summary>
    public bool AwaitsCommit => context.Predecessor is not null && !_isAlone;

    /// <summary>As a successor: something happened at the predecessor's end.</summary>
    internal void Handle(PeerEvent happened)
    {
        int predecessor = context.Predecessor!.Pid;
        switch (happened)
        {
            case PeerEvent.Said { Message: var message }:
                Handle(message, predecessor);
                break;
            case PeerEvent.Ended:
                Logger.PredecessorGone(predecessor);
                PredecessorDied(predecessor, "the predecessor is gone");
                break;
            case PeerEvent.Closed or PeerEvent.Broken:
                Logger.PredecessorGone(predecessor);
                PredecessorLeft((happened as PeerEvent.Broken)?.Cause.Message ?? "the predecessor is gone");
                break;
        }
    }

    private void Handle(HandoverMessage message, int predecessor)
    {
        switch (message)
        {
            case HandoverMessage.Commit commit:
                Serve(commit.Probation, commit.Heartbeat);
                break;
            case HandoverMessage.Confirmed:
                PredecessorLeft("the predecessor has confirmed this process");
                break;
            case HandoverMessage.Refused refused:
                GiveUpStarting($"the predecessor refused: {refused.Reason}");
                break;
            case HandoverMessage.TakenBack:
                TakenBack();
                break;
            case HandoverMessage.Shutdown shutdown:
                RequestShutdown($"{shutdown.Trigger}, sent to predecessor {predecessor}");
                break;
            case HandoverMessage.Restart restart:
                RequestRestart(new RestartRequest($"{restart.Trigger}, sent to predecessor {predecessor}", bySignal: true));
                break;
            case HandoverMessage.Force force:
                ForceAskedByPredecessor(force.Trigger);
                break;
            case HandoverMessage.History history:
                _history.Inherit(history.Restarts);
                break;
        }
    }

    /// <summary>As a successor: the predecessor has answered.</summary>
    internal void Greeted(ActivityContext trace) => context.Feed.Publish(new LifecycleNews.Greeted(trace));

    /// <summary>The application says what it is doing while it starts.</summary>
    public void ReportProgress(string phase, string detail)
    {
        if (State == ProcessState.Starting)
        {
            _lastProgress = new RestartPhase(phase, detail, TimeSpan.Zero).Words;
            _words ??= new ProgressThrottle(context, TellProgress);
            _words.Say(phase, detail);
        }
    }

    private void TellProgress(string phase, string detail)
    {
        if (State == ProcessState.Starting)
        {
            context.Feed.Publish(new LifecycleNews.StartPhaseChanged(phase, detail));
            context.TellPredecessor(new HandoverMessage.Progress(phase, detail));
        }
    }

    /// <summary>The service says that it can serve: a first generation does, a successor asks its predecessor.</summary>
    public void ServiceReady()
    {
        if (State != ProcessState.Starting || _announced)
        {
            return;
        }

        _announced = true;
        if (!AwaitsCommit)
        {
            Serve(TimeSpan.Zero, TimeSpan.Zero);
            return;
        }

        _words?.Flush();
        try
        {
            context.Predecessor!.SayReady(context.Endpoints.Claim());
            context.Feed.Publish(new LifecycleNews.SaidReady());
        }
        catch (RestartException e)
        {
            // It is gone, and its end, which arrives by itself, decides; or it is stopped and takes nothing.
            Logger.ReadyNotTaken(Environment.ProcessId, e.Message);
        }
        catch (Exception e)
        {
            // What it inherited can't be used.
            GiveUpStarting(e.Message);
            return;
        }

        // One that is stopped may go on, and commits or kills this process then; or it may be killed, and then nobody but this
        // process can serve.
        TimeSpan limit = context.Options.HandshakeTimeout;
        context.Loop.Schedule(limit, () =>
        {
            if (State == ProcessState.Starting && AwaitsCommit && !_gaveUp)
            {
                Logger.PredecessorSilent(Environment.ProcessId, limit.TotalSeconds);
            }
        });
    }

    /// <summary>Nobody else accepts: serve.</summary>
    /// <param name="probation">How long the predecessor can still take over again; zero for not at all.</param>
    /// <param name="heartbeat">How often to give a sign of life until then; zero for never.</param>
    internal void Serve(TimeSpan probation, TimeSpan heartbeat)
    {
        if (_gaveUp || State != ProcessState.Starting)
        {
            return;
        }

        context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
        Move(probation > TimeSpan.Zero ? LifecycleEvent.ReadyOnProbation : LifecycleEvent.Ready);
        context.Try(context.Endpoints.OpenGate);
        _ready.TrySetResult();
        context.Feed.Publish(new LifecycleNews.Serves(generation(), AwaitsCommit, probation));
        if (State == ProcessState.OnProbation)
        {
            _probation = new OwnProbation(context, _ => Confirmed(), Unanswered);
            _probation.Begin(probation, heartbeat);
        }
        else
        {
            if (_isAlone)
            {
                context.Try(context.Endpoints.EndSharing);
            }

            _probationEnded.TrySetResult();
            TakeUpHeld();
        }
    }

    /// <summary>
    /// The predecessor has died, and this process has its listeners. Before the commit nobody else can serve: this process does,
    /// as soon as it is ready. One that gave up, or was asked to shut down, does not.
    /// </summary>
    internal void PredecessorDied(int predecessor, string how)
    {
        if (State != ProcessState.Starting || _gaveUp)
        {
            PredecessorLeft(how);
            return;
        }

        if (_isAlone)
        {
            return;
        }

        _isAlone = true;
        TimeSpan limit = context.Options.ReadyTimeout;
        Logger.LeftAlone(Environment.ProcessId, predecessor);
        context.Try(() => context.Endpoints.NameMain(Environment.ProcessId));
        context.Feed.Publish(new LifecycleNews.LeftAlone(predecessor));
        if (_announced)
        {
            Serve(TimeSpan.Zero, TimeSpan.Zero);
        }
        else
        {
            context.Loop.Schedule(limit, () => GiveUpAlone(predecessor, limit));
        }
    }

    /// <summary>The predecessor can no longer take over again: its word, or its end.</summary>
    internal void PredecessorLeft(string how)
    {
        if (State == ProcessState.Starting)
        {
            GiveUpStarting(how);
        }
        else
        {
            _probation?.Keep(how);
            context.Try(context.Endpoints.EndSharing);

            // Without probation a restart may have begun before the predecessor could say which older ones live.
            (_attempt as HandoverAttempt)?.BoundGenerations();
        }
    }

    /// <summary>The predecessor serves again: finish what was accepted, and end.</summary>
    internal void TakenBack()
    {
        if (!Move(LifecycleEvent.GaveBack))
        {
            return;
        }

        _takenBack = true;
        _probation?.End();
        _probationEnded.TrySetResult();
        RefuseHeld(RestartFailure.Stopping);
        context.Try(context.Endpoints.CloseGate);
        context.Try(context.Endpoints.Return);
        context.Feed.Publish(new LifecycleNews.GaveBack());
        Depart().MayEnd();
        context.Try(context.Work.AnnounceStopping);
        Report();
        if (_forceWhenTakenBack is { } trigger)
        {
            Force(trigger);
        }
    }

    /// <summary>As a successor that does not serve yet: there is nothing to take over, and nothing to fall back to.</summary>
    internal void GiveUpStarting(string reason)
    {
        // Once: a refusal is followed by the end of the stream, which would take its place in the log.
        if (State == ProcessState.Starting && !_gaveUp)
        {
            _gaveUp = true;
            context.Try(() => context.Process.End(exitCode: 1, $"it was to take over, but {reason}"));
        }
    }

    bool IStartingProcess.IsStarting => State == ProcessState.Starting;

    bool IStartingProcess.HasUnclaimedListeners => context.Endpoints.HasUnclaimed;

    void IStartingProcess.GiveUp(string reason)
    {
        if (AwaitsCommit)
        {
            GiveUpStarting(reason);
            return;
        }

        // The servers that have started are stopped as ever; no client was served yet.
        Environment.ExitCode = NotReadyExitCode;
        RequestShutdown($"its own start: {reason}");
    }

    private void GiveUpAlone(int predecessor, TimeSpan limit)
    {
        if (State == ProcessState.Starting && !_gaveUp)
        {
            _gaveUp = true;
            context.Try(() => context.Endpoints.Release([]));
            string reason = $"its predecessor {predecessor} has died, and it was not ready within {limit.TotalSeconds:0.###} s of that";
            context.Try(() => context.Process.End(exitCode: 1, $"{reason}; last: {_lastProgress}"));
        }
    }

    /// <summary>The application says that it can't serve after all.</summary>
    internal void ReportUnhealthy(string reason)
    {
        if (State == ProcessState.OnProbation)
        {
            _probation!.GiveBack(reason);
        }
        else
        {
            Logger.UnhealthyIgnored(Environment.ProcessId, reason);
        }
    }

    private void Unanswered()
    {
        if (_leaving is { } trigger)
        {
            RequestShutdown(trigger);
        }
    }

    private void Confirmed()
    {
        Move(LifecycleEvent.Confirmed);
        _probationEnded.TrySetResult();
        if (_leaving is { } trigger)
        {
            RequestShutdown(trigger);
        }

        TakeUpHeld();
    }
}
