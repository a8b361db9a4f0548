using Baton.Lifecycle;

namespace Baton.Control;

/// <summary><c>shutdown</c>: until this process has nothing left to do.</summary>
internal sealed class ShutdownConversation(
    ControlService service, RestartTrigger trigger, AnswerQueue answers, ControlRequest asked)
    : ControlConversation(service, trigger, answers)
{
    private string _cut = "";
    private bool _accepted;

    internal override void Begin()
    {
        Log(asked.Force ? "Shutdown with force" : "Shutdown");
        OnLoop(ShutDown);
    }

    internal override void Finish()
    {
        if (_accepted)
        {
            Conclude(succeeded: true, failure: null, $"process {Pid} has nothing left to do{_cut}");
        }
        else
        {
            base.Finish();
        }
    }

    private void ShutDown()
    {
        if (Lifecycle.State is ProcessState.Draining)
        {
            End(
                AnswerFailure.Of(RestartFailure.AlreadyHandedOver),
                Refusals.Describe(RestartFailure.AlreadyHandedOver, Lifecycle.Restarts.SuccessorPid));
            return;
        }

        _accepted = true;
        Accept();
        Listen(Handle);
        if (asked.Force)
        {
            Lifecycle.Shutdown.Force(Trigger);
        }
        else
        {
            Lifecycle.Shutdown.Request(Trigger);
        }

        if (!asked.Wait)
        {
            End(failure: null, $"process {Pid} shuts down");
        }
    }

    private void Handle(LifecycleEvent lifecycleEvent)
    {
        Tell(lifecycleEvent);
        if (lifecycleEvent is LifecycleEvent.WorkCut cut)
        {
            _cut = Cuts.Describe(cut);
        }
    }
}

/// <summary>The cut work as text.</summary>
internal static class Cuts
{
    internal static string Describe(LifecycleEvent.WorkCut cut) => cut.Work == default
        ? ""
        : $"; {cut.Work.Connections} connections and {cut.Work.Requests} requests were cut, forced by {cut.Trigger}";
}
