using System.Runtime.InteropServices;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>Does what the table says about a signal. Lives on the control loop.</summary>
internal sealed class SignalActions(SignalTable table, ProcessLifecycle lifecycle, ILogger logger)
{
    private bool _shutdownAsked;

    internal void Arrived(PosixSignal signal)
    {
        Trigger trigger = Trigger.Of(signal);
        string name = trigger.Words;
        switch (table[signal])
        {
            case SignalAction.Restart:
                lifecycle.RequestRestart(new RestartRequest(trigger, bySignal: true));
                break;
            case SignalAction.Shutdown when _shutdownAsked:
                lifecycle.Force(new Trigger($"a second signal, {name}", signal));
                break;
            case SignalAction.Shutdown:
                _shutdownAsked = true;
                lifecycle.RequestShutdown(trigger);
                break;
            case SignalAction.Force:
                if (!lifecycle.ForceDrain(trigger))
                {
                    logger.SignalIgnored(name, $"process {Environment.ProcessId} neither drains nor shuts down");
                }

                break;
            case SignalAction.Ignore:
                Around(SignalAction.Ignore, trigger, () => logger.SignalIgnored(name, "the signal table says so"));
                break;
            case SignalAction.HookOnly:
                Around(SignalAction.HookOnly, trigger, () => logger.SignalForHooks(name));
                break;
        }
    }

    private void Around(SignalAction action, Trigger trigger, Action log) => lifecycle.Hooks.Before(action, trigger, () =>
    {
        log();
        lifecycle.Hooks.After(action, trigger);
    });
}
