using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>
/// All events of this process, whoever caused them, and the status as <c>watch</c>, until this process has handed over for good.
/// </summary>
internal sealed class EventsConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers)
    : ControlConversation(service, trigger, answers)
{
    private readonly StatusWatch _watch = new(service, answers);

    internal override TimeSpan Interval => TimeSpan.FromMilliseconds(250);

    internal override void Begin()
    {
        // The status comes first. No event after it is missed.
        Tick();
        OnLoop(() => Listen(Handle));
    }

    internal override void Tick() => _watch.Look();

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        switch (lifecycleEvent)
        {
            case LifecycleEvent.RestartHeld held:
                Accept(held.Until);
                break;
            case LifecycleEvent.RestartRefused refused:
                Say(new ControlAnswer.Outcome(
                    Succeeded: false, AnswerFailure.Refusal(
                        refused.Reason.Failure), refused.Reason.Message, Record: null, Serves));
                break;
            case LifecycleEvent.RestartBegun:
                Accept();
                break;
            case LifecycleEvent.OfRestart of:
                TellOfRestart(of);
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.Draining }:
                Tell(lifecycleEvent);

                // After the outcome of the restart, which is published at the same moment.
                OnLoop(() => End(failure: null, $"process {Pid} has handed over to process {Lifecycle.Restarts.SuccessorPid}"));
                break;
            default:
                Tell(lifecycleEvent);
                break;
        }
    }
}
