using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>
/// What happens in this process, whoever asked for it, and the status as <c>watch</c> has it; until this process has handed over
/// for good.
/// </summary>
internal sealed class EventsConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers) : ControlConversation(service, trigger, answers)
{
    private readonly StatusWatch _watch = new(service, answers);

    internal override TimeSpan Interval => TimeSpan.FromMilliseconds(250);

    internal override void Begin()
    {
        // The status first, and nothing that comes after it is missed.
        Tick();
        OnLoop(() => Listen(Heard));
    }

    internal override void Tick() => _watch.Look();

    private void Heard(LifecycleEvent news)
    {
        switch (news)
        {
            case LifecycleEvent.RestartHeld held:
                Accept(held.Until);
                break;
            case LifecycleEvent.RestartRefused refused:
                Say(new ControlAnswer.Outcome(Succeeded: false, refused.Reason.Failure.ToString(), refused.Reason.Message, Record: null, Serves));
                break;
            case LifecycleEvent.RestartBegun:
                Accept();
                break;
            case LifecycleEvent.OfRestart of:
                TellOfRestart(of);
                break;
            case LifecycleEvent.StateChanged { State: ProcessState.Draining }:
                Tell(news);

                // After the outcome of the restart, which is news of the same moment.
                OnLoop(() => End(failure: null, $"process {Pid} has handed over to process {Lifecycle.Restarts.SuccessorPid}"));
                break;
            default:
                Tell(news);
                break;
        }
    }
}
