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
        string name = SignalNumber.NameOf(signal);
        switch (table[signal])
        {
            case SignalAction.Restart:
                lifecycle.RequestRestart(new RestartRequest(name, bySignal: true));
                break;
            case SignalAction.Shutdown when _shutdownAsked:
                lifecycle.Force($"a second signal, {name}");
                break;
            case SignalAction.Shutdown:
                _shutdownAsked = true;
                lifecycle.RequestShutdown(name);
                break;
            case SignalAction.Force:
                if (!lifecycle.ForceDrain(name))
                {
                    logger.SignalIgnored(name, $"process {Environment.ProcessId} neither drains nor shuts down");
                }

                break;
            case SignalAction.Ignore:
                Around(SignalAction.Ignore, name, () => logger.SignalIgnored(name, "the signal table says so"));
                break;
            case SignalAction.HookOnly:
                Around(SignalAction.HookOnly, name, () => logger.SignalForHooks(name));
                break;
        }
    }

    private void Around(SignalAction action, string name, Action log) => lifecycle.Hooks.Before(action, name, () =>
    {
        log();
        lifecycle.Hooks.After(action, name);
    });
}
