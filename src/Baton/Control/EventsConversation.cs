using Baton.Lifecycle;

namespace Baton.Control;

/// <summary>
/// What happens in this process, whoever asked for it, and the status as <c>watch</c> has it; until this process has handed over
/// for good.
/// </summary>
internal sealed class EventsConversation(ControlService service, string trigger, AnswerQueue answers) : ControlConversation(service, trigger, answers)
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

    private void Heard(LifecycleNews news)
    {
        switch (news)
        {
            case LifecycleNews.RestartHeld held:
                Accept(held.Until);
                break;
            case LifecycleNews.RestartRefused refused:
                Say(new ControlAnswer.Outcome(Succeeded: false, refused.Reason.Failure.ToString(), refused.Reason.Message, Record: null, Serves));
                break;
            case LifecycleNews.RestartBegun:
                Accept();
                break;
            case LifecycleNews.OfRestart of:
                TellOfRestart(of);
                break;
            case LifecycleNews.StateChanged { State: ProcessState.Draining }:
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
