namespace Baton.Control;

/// <summary><c>status</c>: once.</summary>
internal sealed class StatusConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers)
    : ControlConversation(service, trigger, answers)
{
    internal override void Begin()
    {
        Say(new ControlAnswer.Status(Service.Status()));
        End(failure: null, "");
    }
}

/// <summary><c>watch</c>: the status after each change, and now and then without one.</summary>
internal sealed class WatchConversation(ControlService service, RestartTrigger trigger, AnswerQueue answers)
    : ControlConversation(service, trigger, answers)
{
    private readonly StatusWatch _watch = new(service, answers);

    internal override TimeSpan Interval => TimeSpan.FromMilliseconds(500);

    internal override void Begin() => Tick();

    internal override void Tick()
    {
        RestartStatus status = _watch.Look();
        if (status.State == ProcessState.Draining)
        {
            // The client connects anew, and finds the process that serves.
            End(failure: null, $"process {Pid} has handed over to process {status.SuccessorPid}");
        }
    }
}
