using System.Runtime.InteropServices;
using Baton.Processes;

namespace Baton.Lifecycle;

/// <summary>What a signal means. Lives on the control loop.</summary>
internal sealed class SignalActions(RestarterOptions options, ProcessLifecycle lifecycle)
{
    private bool _shutdownAsked;

    internal void Arrived(PosixSignal signal)
    {
        string trigger = SignalNumber.NameOf(signal);
        if (options.RestartSignals.Contains(signal))
        {
            lifecycle.RequestRestart(new RestartRequest(trigger, bySignal: true));
        }
        else
        {
            ShutDown(trigger);
        }
    }

    private void ShutDown(string trigger)
    {
        if (_shutdownAsked)
        {
            lifecycle.Force($"a second signal, {trigger}");
            return;
        }

        _shutdownAsked = true;
        lifecycle.RequestShutdown(trigger);
    }
}
