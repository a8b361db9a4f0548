using System.Runtime.InteropServices;
using Baton.Processes;
using Microsoft.Extensions.Logging;

namespace Baton.Lifecycle;

/// <summary>Runs the action of the table for a signal. Lives on the control loop.</summary>
internal sealed class SignalActions(
    SignalTable table, ProcessLifecycle lifecycle, ILogger logger, TerminalSession? terminal = null, TimeProvider? time = null)
{
    // A shell signals the whole job, and the stand-in in the terminal, which belongs to it, passes on its own signal.
    private static readonly TimeSpan EchoTime = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly long?[] _lastArrived = new long?[SignalNumber.Last + 1];
    private bool _shutdownAsked;

    /// <summary>The terminal was closed, or an older generation has taken it along.</summary>
    internal void HungUp(HangUp what)
    {
        if (what == HangUp.OfLeader)
        {
            logger.TerminalLost(Environment.ProcessId);
        }
        else if (terminal is { HangUpsIgnored: true })
        {
            logger.HangUpIgnored(Environment.ProcessId);
        }
        else if (table[PosixSignal.SIGHUP] is SignalAction.Ignore or SignalAction.HookOnly)
        {
            Arrived(PosixSignal.SIGHUP);
        }
        else
        {
            logger.TerminalClosed(Environment.ProcessId);
            lifecycle.Shutdown.HangUp(RestartTrigger.OfSignal(PosixSignal.SIGHUP));
        }
    }

    internal void Arrived(PosixSignal signal)
    {
        RestartTrigger trigger = RestartTrigger.OfSignal(signal);
        string name = trigger.Description;
        if (IsEcho(SignalNumber.Of(signal)))
        {
            logger.SignalIgnored(name, "it came to the whole job, and by way of the terminal's stand-in once more");
            return;
        }

        switch (table[signal])
        {
            case SignalAction.Restart:
                lifecycle.Restarts.Request(new RestartRequest(trigger, bySignal: true));
                break;
            case SignalAction.Shutdown when _shutdownAsked:
                lifecycle.Shutdown.Force(RestartTrigger.OfSecondSignal(signal));
                break;
            case SignalAction.Shutdown:
                _shutdownAsked = true;
                lifecycle.Shutdown.Request(trigger);
                break;
            case SignalAction.Force:
                if (!lifecycle.Shutdown.ForceDrain(trigger))
                {
                    logger.SignalIgnored(name, $"process {Environment.ProcessId} neither drains nor shuts down");
                }

                break;
            case SignalAction.RollBack:
                // A refusal is logged.
                lifecycle.Decisions.Request(
                    new ProbationRequest(ProbationDecision.RollBack, trigger, static () => { }, static (_, _) => { }));
                break;
            case SignalAction.Ignore:
                Around(SignalAction.Ignore, trigger, () => logger.SignalIgnored(name, "the signal table says so"));
                break;
            case SignalAction.HookOnly:
                Around(SignalAction.HookOnly, trigger, () => logger.SignalForHooks(name));
                break;
        }
    }

    // Ctrl+C is not passed on, so a second one always counts.
    private bool IsEcho(int number)
    {
        if (terminal is not { HasStandIn: true } || number is SignalNumber.SIGINT or SignalNumber.SIGQUIT)
        {
            return false;
        }

        long? last = _lastArrived[number];
        _lastArrived[number] = _time.GetTimestamp();
        return last is { } then && _time.GetElapsedTime(then) < EchoTime;
    }

    private void Around(SignalAction action, RestartTrigger trigger, Action log) => lifecycle.Hooks.Before(action, trigger, () =>
    {
        log();
        lifecycle.Hooks.After(action, trigger);
    });
}
