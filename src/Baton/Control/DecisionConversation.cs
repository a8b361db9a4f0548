using Baton.Lifecycle;

namespace Baton.Control;

/// <summary><c>rollback</c> and <c>confirm</c>: the answer is the outcome.</summary>
internal sealed class DecisionConversation(
    ControlService service, RestartTrigger trigger, AnswerQueue answers, ProbationDecision decision)
    : ControlConversation(service, trigger, answers)
{
    private bool _accepted;

    internal override void Begin()
    {
        Log(decision.ToString());
        OnLoop(() => Lifecycle.Decisions.Request(new ProbationRequest(decision, Trigger, Accepted, Ended)));
    }

    private void Accepted()
    {
        _accepted = true;
        Accept();
    }

    private void Ended(RestartException? problem, string what)
    {
        if (problem is null)
        {
            Conclude(succeeded: true, failure: null, what);
        }
        else if (_accepted)
        {
            Conclude(succeeded: false, AnswerFailure.Of(problem.Failure), what);
        }
        else
        {
            End(AnswerFailure.Refusal(problem.Failure), what);
        }
    }
}
