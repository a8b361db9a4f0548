using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// The probation of this process as a successor. It sends signs of life, and may ask its predecessor to take over again. Lives on
/// the control loop.
/// </summary>
internal sealed class OwnProbation(ProcessLifecycle lifecycle, LifecycleContext context)
{
    // The predecessor's silence is counted in checks: after a pause of this process there is one check, and no decision.
    private const int Looks = 8;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _begun;
    private TimeSpan _length;
    private volatile bool _awaitsConfirm;
    private bool _signPending;
    private RestartTrigger? _leaving;
    private volatile Stage _stage;

    private enum Stage
    {
        NotBegun,

        /// <summary>It serves, and the predecessor may take over again.</summary>
        Serving,

        /// <summary>It has stopped accepting, and waits for its predecessor to take over again.</summary>
        StepsBack,

        /// <summary>As above, but the predecessor does not answer: this process serves meanwhile.</summary>
        Unanswered,

        /// <summary>
        /// It no longer waits for its predecessor, which is stopped or stuck, and goes on sending signs of life.
        /// </summary>
        Unwatched,

        /// <summary>The predecessor has decided, or is gone.</summary>
        Over,
    }

    /// <summary>Completes when this process is not, or no longer, on probation.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Whether it has stopped accepting, and waits for its predecessor; from any thread.</summary>
    internal bool StepsBack => lifecycle.State == ProcessState.OnProbation && _stage == Stage.StepsBack;

    /// <summary>Whether the predecessor has taken over again.</summary>
    internal bool IsTakenBack { get; private set; }

    /// <summary>The time until the predecessor may confirm; from any thread.</summary>
    internal TimeSpan TimeLeft => LifecycleContext.Left(_length, context.Since(_begun));

    /// <summary>Whether it is rolled back unless somebody confirms; from any thread.</summary>
    internal bool AwaitsConfirm => lifecycle.State == ProcessState.OnProbation && _awaitsConfirm;

    /// <summary>Whether it has asked its predecessor, which does not answer: this process serves meanwhile.</summary>
    internal bool IsUnanswered => _stage == Stage.Unanswered;

    internal void Begin(TimeSpan length, TimeSpan heartbeat, bool awaitsConfirm)
    {
        (_begun, _length, _stage, _awaitsConfirm) = (context.Now, length, Stage.Serving, awaitsConfirm);

        // The predecessor decides. This is for a predecessor that is stopped or stuck. If the channel was closed, it may take its
        // time, and this process must not restart before it has decided.
        TimeSpan answer = context.Options.HandshakeTimeout;
        TimeSpan decision = HandoverProtocol.EndAfterClose * 2;
        LookAfter(LifecycleContext.Then(length, answer > decision ? answer : decision), Looks);
        if (heartbeat > TimeSpan.Zero)
        {
            Beat(heartbeat);
        }
    }

    internal void NeverBegins() => _ended.TrySetResult();

    /// <summary>The application reports that it cannot serve after all.</summary>
    internal void ReportUnhealthy(string reason)
    {
        if (lifecycle.State == ProcessState.OnProbation)
        {
            GiveBack(reason);
        }
        else
        {
            context.Logger.UnhealthyIgnored(Environment.ProcessId, reason);
        }
    }

    /// <summary>Somebody decides that the predecessor serves again, whatever the health is.</summary>
    internal void GiveBackAsAsked(string reason)
    {
        if (lifecycle.State == ProcessState.OnProbation)
        {
            GiveBack(reason, isAsked: true);
        }
    }

    /// <summary>The application ends by itself.</summary>
    /// <param name="trigger">What ends it: if the predecessor does not take over again, this process shuts down by that.</param>
    /// <param name="reason">The reason.</param>
    internal void Leave(RestartTrigger trigger, string reason)
    {
        _leaving = trigger;
        GiveBack(reason, ends: true);
    }

    /// <summary>No predecessor takes over again, or there is no reason to.</summary>
    internal void Keep(string reason)
    {
        Stage previous = _stage;
        _stage = Stage.Over;
        if (previous is Stage.StepsBack or Stage.Unanswered)
        {
            context.Logger.NotTakenBack(Environment.ProcessId, reason);
            context.Try(context.Endpoints.OpenGate);
        }

        lifecycle.Decisions.Kept(reason);
        if (previous is Stage.Serving or Stage.StepsBack or Stage.Unanswered)
        {
            Confirm();
        }
    }

    /// <summary>This process ends: the probation no longer matters.</summary>
    internal void End()
    {
        _stage = Stage.Over;
        _ended.TrySetResult();
    }

    /// <summary>The predecessor serves again: finish accepted work, and end.</summary>
    internal void TakenBack()
    {
        if (!lifecycle.Move(LifecycleInput.GaveBack))
        {
            return;
        }

        IsTakenBack = true;
        lifecycle.Decisions.TakenBack();
        End();
        lifecycle.Restarts.RefuseHeld(RestartFailure.Stopping);
        context.Try(context.Endpoints.CloseGate);
        context.Try(context.Endpoints.Return);
        context.Feed.Publish(new LifecycleEvent.GaveBack());
        lifecycle.Depart().MayEnd();
        context.Try(context.Work.AnnounceStopping);
        lifecycle.Report();
        lifecycle.Shutdown.ForceIfHeld();
    }

    // If it is too late for that, this process serves on.
    private void GiveBack(string reason, bool ends = false, bool isAsked = false)
    {
        if (_stage != Stage.Serving)
        {
            return;
        }

        _stage = Stage.StepsBack;
        if (isAsked)
        {
            context.Logger.GivingBackAsAsked(Environment.ProcessId, reason);
        }
        else
        {
            context.Logger.GivingBack(Environment.ProcessId, reason);
        }

        context.Try(context.Endpoints.CloseGate);
        bool handsBack = lifecycle.Inherited.IsWantedBack;
        if (!context.TellPredecessor(new HandoverMessage.Unhealthy(reason, ends) { HandsBack = handsBack, IsAsked = isAsked }))
        {
            Keep("the predecessor is gone");
        }
        else if (handsBack)
        {
            // It answers when it has loaded that.
            lifecycle.Inherited.HandBack(then: () => AwaitAnswer(context.Options.StateTimeout));
        }
        else
        {
            AwaitAnswer(TimeSpan.Zero);
        }
    }

    private void AwaitAnswer(TimeSpan more) =>
        context.Loop.Schedule(LifecycleContext.Then(context.Options.HandshakeTimeout, more), ServeMeanwhile);

    private void Confirm()
    {
        lifecycle.Move(LifecycleInput.Confirmed);
        _ended.TrySetResult();
        ShutDownIfLeaving();
        lifecycle.Restarts.TakeUpHeld();
    }

    private void ShutDownIfLeaving()
    {
        if (_leaving is { } trigger)
        {
            lifecycle.Shutdown.Request(trigger);
        }
    }

    private void LookAfter(TimeSpan limit, int looks)
    {
        TimeSpan interval = limit == Timeout.InfiniteTimeSpan ? limit : limit / Looks;
        context.Loop.Schedule(interval, () =>
        {
            if (looks > 1 && _stage is Stage.Serving or Stage.StepsBack or Stage.Unanswered)
            {
                LookAfter(limit, looks - 1);
            }
            else if (_stage == Stage.Serving)
            {
                // A predecessor that was asked may still take over, and must find this process able to step back.
                _stage = Stage.Unwatched;
                Confirm();
            }
        });
    }

    // The predecessor is stopped or stuck. When it goes on, it takes over again, or reports that it does not. Until then this
    // process serves.
    private void ServeMeanwhile()
    {
        if (_stage == Stage.StepsBack)
        {
            _stage = Stage.Unanswered;
            context.Logger.NotTakenBack(Environment.ProcessId, "the predecessor did not answer");
            context.Try(context.Endpoints.OpenGate);
            lifecycle.Decisions.Unanswered();
            ShutDownIfLeaving();
        }
    }

    // By way of the thread pool: the control loop alone proves nothing about the service.
    private void Beat(TimeSpan interval)
    {
        if (_stage == Stage.Over)
        {
            return;
        }

        if (!_signPending)
        {
            _signPending = true;
            context.Try(() => context.Process.QueueToThreadPool(() => context.Loop.Post(Sign)));
        }

        context.Loop.Schedule(interval, () => Beat(interval));
    }

    private void Sign()
    {
        _signPending = false;
        if (_stage != Stage.Over)
        {
            OpenWork open = context.OpenWork.Total;
            context.TellPredecessor(new HandoverMessage.Alive(open.Connections, open.Requests)
            {
                Traffic = context.Traffic?.Now,
                Status = lifecycle.Describe(),
            });
        }
    }
}
