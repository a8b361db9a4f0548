using System.Diagnostics;
using Baton.Handover;

namespace Baton.Lifecycle;

/// <content>How a process begins: by itself, or as a successor that first waits for its commit and then is on probation.</content>
internal sealed partial class ProcessLifecycle
{
    private volatile OwnProbation? _probation;
    private string? _leaving;
    private ProgressThrottle? _words;
    private bool _announced;
    private bool _gaveUp;
    private bool _takenBack;

    /// <summary>As a successor: the predecessor has answered.</summary>
    internal void Greeted(ActivityContext trace) => context.Feed.Publish(new LifecycleNews.Greeted(trace));

    /// <summary>The application says what it is doing while it starts.</summary>
    internal void ReportProgress(string phase, string detail)
    {
        if (State == ProcessState.Starting)
        {
            _words ??= new ProgressThrottle(context, TellProgress);
            _words.Say(phase, detail);
        }
    }

    private void TellProgress(string phase, string detail)
    {
        if (State == ProcessState.Starting)
        {
            context.Feed.Publish(new LifecycleNews.StartPhaseChanged(phase, detail));
            Effects.TellPredecessor(new HandoverMessage.Progress(phase, detail));
        }
    }

    /// <summary>The service says that it can serve: a first generation does, a successor asks its predecessor.</summary>
    internal void ServiceReady()
    {
        if (State != ProcessState.Starting || _announced)
        {
            return;
        }

        _announced = true;
        if (!hasPredecessor)
        {
            Serve(TimeSpan.Zero, TimeSpan.Zero);
            return;
        }

        _words?.Flush();
        try
        {
            Effects.AnnounceReady();
            context.Feed.Publish(new LifecycleNews.SaidReady());
            TimeSpan limit = context.Options.HandshakeTimeout;
            context.Loop.Schedule(limit, () => GiveUpStarting($"the predecessor did not answer within {limit.TotalSeconds:0.###} s"));
        }
        catch (Exception e)
        {
            GiveUpStarting(e.Message);
        }
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

        Effects.NameMain(Environment.ProcessId);
        Move(probation > TimeSpan.Zero ? LifecycleEvent.ReadyOnProbation : LifecycleEvent.Ready);
        Effects.OpenGate();
        _ready.TrySetResult();
        context.Feed.Publish(new LifecycleNews.Serves(generation(), hasPredecessor, probation));
        if (State == ProcessState.OnProbation)
        {
            _probation = new OwnProbation(context, _ => Confirmed(), Unanswered);
            _probation.Begin(probation, heartbeat);
        }
        else
        {
            _probationEnded.TrySetResult();
            TakeUpHeld();
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
            Effects.EndSharing();

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
        Effects.CloseGate();
        Effects.ReturnListeners();
        context.Feed.Publish(new LifecycleNews.GaveBack());
        Depart().MayEnd();
        Effects.AnnounceStopping();
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
            Effects.EndProcess(exitCode: 1, $"it was to take over, but {reason}");
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
