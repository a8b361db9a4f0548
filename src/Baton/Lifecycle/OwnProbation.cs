using Baton.Handover;

namespace Baton.Lifecycle;

/// <summary>
/// A successor's own time of probation: it gives signs of life, and may ask its predecessor to take over again. Lives on the control loop.
/// </summary>
internal sealed class OwnProbation(LifecycleContext context, Action<string> keepsServing, Action unanswered)
{
    // The predecessor's silence is counted in looks: after a pause of this whole process there is one look, not a verdict.
    private const int Looks = 8;

    private long _begun;
    private TimeSpan _length;
    private bool _signPending;
    private bool _givingBack;
    private bool _over;
    private bool _silent;
    private volatile bool _stepsBack;

    /// <summary>Whether it has stopped accepting, and waits for its predecessor.</summary>
    internal bool StepsBack => _stepsBack;

    /// <summary>Until the predecessor may confirm; from any thread.</summary>
    internal TimeSpan TimeLeft => LifecycleContext.Left(_length, context.Since(_begun));

    internal void Begin(TimeSpan length, TimeSpan heartbeat)
    {
        (_begun, _length) = (context.Now, length);

        // The predecessor decides; this is for one that is stopped or stuck.
        TimeSpan limit = LifecycleContext.Then(length, context.Options.HandshakeTimeout);
        LookAfter(limit, Looks);
        if (heartbeat > TimeSpan.Zero)
        {
            Beat(heartbeat);
        }
    }

    /// <summary>Stops accepting and asks the predecessor to take over again; it may be too late for that, then this process serves on.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="ends">Whether the application ends by itself.</param>
    internal void GiveBack(string reason, bool ends = false)
    {
        if (_over || _givingBack)
        {
            return;
        }

        _givingBack = _stepsBack = true;
        context.Logger.GivingBack(Environment.ProcessId, reason);
        context.Try(context.Endpoints.CloseGate);
        if (context.TellPredecessor(new HandoverMessage.Unhealthy(reason, ends)))
        {
            context.Loop.Schedule(context.Options.HandshakeTimeout, ServeMeanwhile);
        }
        else
        {
            Keep("the predecessor is gone");
        }
    }

    /// <summary>There is nobody to take over again, or no reason.</summary>
    internal void Keep(string reason)
    {
        _silent = true;
        Settle(reason);
    }

    /// <returns>False if it was over before.</returns>
    internal bool End()
    {
        _silent = true;
        return Settle();
    }

    private bool Settle()
    {
        bool ended = !_over;
        _over = true;
        return ended;
    }

    private void Settle(string reason)
    {
        if (Settle())
        {
            if (_givingBack)
            {
                _stepsBack = false;
                context.Logger.NotTakenBack(Environment.ProcessId, reason);
                context.Try(context.Endpoints.OpenGate);
            }

            keepsServing(reason);
        }
    }

    private void LookAfter(TimeSpan limit, int looks)
    {
        TimeSpan interval = limit == Timeout.InfiniteTimeSpan ? limit : limit / Looks;
        context.Loop.Schedule(interval, () =>
        {
            if (looks > 1 && !_over)
            {
                LookAfter(limit, looks - 1);
            }
            else
            {
                NothingHeard(limit);
            }
        });
    }

    private void NothingHeard(TimeSpan limit)
    {
        // One that was asked to take over again may still do so, and must find this process able to step back.
        if (!_givingBack && !_over)
        {
            // Goes on giving signs of life: one that was stopped judges by them when it wakes up.
            Settle($"the predecessor has said nothing for {limit.TotalSeconds:0.###} s");
        }
    }

    // It is stopped or stuck. Whenever it goes on, it takes over again, or says that it does not; until then better this than nobody.
    private void ServeMeanwhile()
    {
        if (!_over)
        {
            _stepsBack = false;
            context.Logger.NotTakenBack(Environment.ProcessId, "the predecessor did not answer");
            context.Try(context.Endpoints.OpenGate);
            unanswered();
        }
    }

    // By way of the application's own threads: what this process can still do for itself says nothing about the service.
    private void Beat(TimeSpan interval)
    {
        if (_silent)
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
        if (!_silent)
        {
            OpenWork open = context.OpenWork.Total;
            context.TellPredecessor(new HandoverMessage.Alive(open.Connections, open.Requests));
        }
    }
}
