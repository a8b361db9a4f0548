using Baton.Lifecycle;

namespace Baton.Control;

/// <summary><c>restart</c>: all events from the request until this process has nothing left to do.</summary>
internal sealed class RestartConversation(
    ControlService service, RestartTrigger trigger, AnswerQueue answers, ControlRequest asked)
    : ControlConversation(service, trigger, answers)
{
    private static readonly TimeSpan LongestConfirm = TimeSpan.FromDays(1);

    private readonly RestartRequest _request = new(trigger, asked.Program) { ConfirmWithin = asked.ConfirmWithin };
    private bool _accepted;
    private bool _concluded;

    internal override void Begin()
    {
        if (asked.ConfirmWithin is { } limit && (limit <= TimeSpan.Zero || limit > LongestConfirm))
        {
            End(AnswerFailure.BadRequest, "the time for the confirmation is more than zero, and at most a day");
            return;
        }

        Log("Restart");
        OnLoop(() =>
        {
            Listen(Handle);
            Lifecycle.Restarts.Request(_request);
        });
    }

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        if (lifecycleEvent is LifecycleEvent.OfRestart of)
        {
            // This client's restart, or a held one that it has joined. Restarts of signals or other clients may be refused
            // separately.
            if (of.Request.Covers(_request))
            {
                HandleRestart(of);
            }
        }
        else if (_accepted)
        {
            Tell(lifecycleEvent);
        }
    }

    private void HandleRestart(LifecycleEvent.OfRestart lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.RestartHeld held:
                Accepted(held.Until);
                break;
            case LifecycleEvent.RestartRefused refused:
                End(AnswerFailure.Refusal(refused.Reason.Failure), refused.Reason.Message);
                break;
            case LifecycleEvent.RestartBegun:
                Accepted(until: null);
                break;
            default:
                TellOfRestart(lifecycleEvent);
                break;
        }

        // The confirmation may come a day later: the answer is that the new process serves.
        if (!_concluded
            && lifecycleEvent is LifecycleEvent.RestartPhaseChanged { Phase.Kind: RestartPhaseKind.Probation }
            && Trial.Of(lifecycleEvent.Request, Options) is { AwaitsConfirm: true } trial)
        {
            _concluded = true;
            Conclude(
                succeeded: true,
                failure: null,
                $"process {Lifecycle.Restarts.SuccessorPid} serves, and is rolled back unless it is confirmed within " +
                    $"{Wording.Of(trial.Length)}: baton confirm");
        }

        if (lifecycleEvent is LifecycleEvent.RestartEnded { Record.Failure: not null } failed)
        {
            End(failure: null, failed.Record.Explanation);
        }
    }

    private void Accepted(string? until)
    {
        if (_accepted)
        {
            // The held restart begins. The next states and phases show it.
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
