namespace Baton.Lifecycle;

/// <content>The end without a successor.</content>
internal sealed partial class ProcessLifecycle
{
    private ShutdownGrace? _grace;

    private void StopAccepting()
    {
        context.Try(context.Endpoints.CloseGate);
        context.Try(() => context.Endpoints.Release([]));
    }

    // Without a successor.
    private void EndServing(Trigger trigger)
    {
        Departure departure = Depart();
        context.Try(context.Work.NobodyServes);
        departure.MayEnd();
        context.Try(context.Work.AnnounceStopping);
        Hooks.After(SignalAction.Shutdown, trigger);
    }

    /// <summary>The host gives its stop no more time: what is open is cut. Where nothing has stopped yet it is force.</summary>
    internal void HostTimeIsUp(string trigger)
    {
        _grace?.End();
        if (_departure is { } departure && State != ProcessState.HandedOver)
        {
            departure.StopWaiting(trigger);
        }
        else
        {
            Force(trigger);
        }
    }
}
