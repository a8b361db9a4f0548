using Baton.Handover;

namespace Baton.Lifecycle;

/// <content>Force: what is open is cut. Of a process that departs, never of one that serves instead of it.</content>
internal sealed partial class ProcessLifecycle
{
    private HookWait? _forceHooks;
    private bool _forced;
    private Trigger? _forceWhenTakenBack;

    // Told that this process was asked to shut down while on probation, and so the service.
    private bool _predecessorFollows;

    /// <summary>Ends now, cutting what is open. Who asks again does not even wait for hooks.</summary>
    internal void Force(Trigger trigger)
    {
        if (_forceHooks is { } waiting)
        {
            waiting.GiveUp();
        }
        else if (_forced)
        {
            Hooks.GiveUpAll();
        }
        else
        {
            _forceHooks = Hooks.Before(SignalAction.Force, trigger, () => ForceNow(trigger));
        }
    }

    private void ForceNow(Trigger trigger)
    {
        (_forceHooks, _forced) = (null, true);
        _shutdownHooks?.Cancel();
        ShutDown(trigger);
        _grace?.End();
        Hooks.GiveUpAll();
        _departure?.Force(trigger.Words);
        if (State == ProcessState.ShuttingDown)
        {
            Probation?.Force(trigger.Words);
        }

        if (_predecessorFollows)
        {
            // Once: it may be the one that has asked.
            _predecessorFollows = false;
            context.TellPredecessor(new HandoverMessage.Force(trigger.Words));
        }

        Hooks.After(SignalAction.Force, trigger);
    }

    /// <summary>
    /// The predecessor wants this process to hurry: one that it has told to shut down, or that it has relieved. Not one that
    /// serves.
    /// </summary>
    internal void ForceAskedByPredecessor(string trigger)
    {
        if (State is ProcessState.ShuttingDown || _shutdownHooks is not null)
        {
            Force(trigger);
        }
        else
        {
            Logger.PredecessorForceIgnored(trigger, Environment.ProcessId);
        }
    }

    /// <summary>
    /// Cuts what a process has open that finishes its work anyhow, and nothing else: no shutdown begins by it, and who may be
    /// called back still may.
    /// </summary>
    /// <returns>False if this process does not finish its work.</returns>
    internal bool ForceDrain(Trigger trigger)
    {
        if (State is ProcessState.Draining or ProcessState.ShuttingDown)
        {
            Force(trigger);
            return true;
        }

        if (StepsBack)
        {
            // A shutdown now would be one of the whole service.
            _forceWhenTakenBack = trigger;
            Logger.ForceHeld(trigger.Words, Environment.ProcessId);
            return true;
        }

        if (State != ProcessState.HandedOver && _attempt is not CompleteAttempt { Drains: true })
        {
            return false;
        }

        Hooks.Before(SignalAction.Force, trigger, () =>
        {
            _departure?.CutNow(trigger.Words);
            (_attempt as CompleteAttempt)?.CutDrain(trigger.Words);
            Hooks.After(SignalAction.Force, trigger);
        });
        return true;
    }
}
