using Baton.Lifecycle;

namespace Baton.Control;

/// <summary><c>restart</c>: the whole story, from the request until this process has nothing left to do.</summary>
internal sealed class RestartConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers, ControlRequest asked)
    : ControlConversation(service, trigger, answers)
{
    private readonly RestartRequest _request = new(trigger, asked.Program);
    private bool _accepted;

    internal override void Begin()
    {
        Log("Restart");
        OnLoop(() =>
        {
            Listen(Heard);
            Lifecycle.Restarts.Request(_request);
        });
    }

    private void Heard(LifecycleEvent news)
    {
        if (news is LifecycleEvent.OfRestart of)
        {
            // Mine, or one that was held before and is for me too. To a signal or another client's it may be refused.
            if (of.Request.Covers(_request))
            {
                Hear(of);
            }
        }
        else if (_accepted)
        {
            Tell(news);
        }
    }

    private void Hear(LifecycleEvent.OfRestart news)
    {
        switch (news)
        {
            case LifecycleEvent.RestartHeld held:
                Accepted(held.Until);
                break;
            case LifecycleEvent.RestartRefused refused:
                End(refused.Reason.Failure.ToString(), refused.Reason.Message);
                break;
            case LifecycleEvent.RestartBegun:
                Accepted(until: null);
                break;
            default:
                TellOfRestart(news);
                break;
        }

        if (news is LifecycleEvent.RestartEnded { Record.Failure: not null } failed)
        {
            End(failure: null, failed.Record.Explanation);
        }
    }

    private void Accepted(string? until)
    {
        if (_accepted)
        {
            // It was held, and begins: the states and phases that follow say so.
            return;
        }

        _accepted = true;
        Accept(until);
        if (!asked.Wait)
        {
            End(failure: null, until is null ? "the restart has begun" : $"the restart begins when {until}");
        }
    }
}
