using Baton.Handover;
using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>
/// <c>takeover</c>: a process that nobody of the service has started becomes the successor. The channel of the handover rides
/// with a line of its own; everything else is said over that.
/// </summary>
internal sealed class TakeOverConversation(
    ControlService service, RestartTrigger trigger, AnswerQueue answers, TakerProof proof)
    : ControlConversation(service, trigger, answers)
{
    private readonly RestartRequest _request = new(trigger) { Taker = proof.Taker };

    internal override void Begin()
    {
        if (proof.Taker is null)
        {
            Service.Context.Logger.TakeOverRefused(Trigger, proof.Problem);
            End(AnswerFailure.NotAllowed, proof.Problem);
            return;
        }

        Log("Takeover");
        OnLoop(() =>
        {
            Listen(Handle);
            Lifecycle.Restarts.Request(_request);
        });
    }

    /// <summary>Only a process that was adopted outlives its connection.</summary>
    public override void Dispose()
    {
        base.Dispose();
        proof.Taker?.Dispose();
    }

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.OfRestart of when !of.Request.Covers(_request):
                break;
            case LifecycleEvent.RestartRefused refused:
                End(AnswerFailure.Refusal(refused.Reason.Failure), refused.Reason.Message);
                break;
            case LifecycleEvent.SuccessorStarted:
                End(failure: null, "it has the channel");
                break;
            case LifecycleEvent.RestartEnded { Record: { Failure: { } failure } record }:
                End(AnswerFailure.Refusal(failure), record.Explanation);
                break;
        }
    }
}
